import { readRunStates, type SessionEvent } from '#harness';
import type { Violation } from './violation.ts';

/** I4: every run goes the way that runs go, from its message to one end. */
export function checkRunStates(events: readonly SessionEvent[]): readonly Violation[] {
  return readRunStates(events).illegal.map(({ runId, seq, from, told, legal }) => {
    const expected = legal.length === 0 ? 'nothing more' : legal.join(' or ');
    return {
      invariant: 'I4',
      expected: `${expected} of ${runId}, which is ${from}`,
      found: `${told} as event ${seq}`,
      message: `A run went where no run goes: ${runId} was ${from} and told ${told}, event ${seq}.`,
    };
  });
}
