import type { RunOutcome } from '#harness';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Seen = Pick<Observation, 'outcomes' | 'pendingRuns'>;

/** I9: every message came to the end it comes to in the golden history, and no run is left pending. */
export function checkSettled(golden: Seen, { outcomes, pendingRuns }: Seen): readonly Violation[] {
  const length = Math.max(golden.outcomes.length, outcomes.length);
  const ends = Array.from({ length }).flatMap((_, index) => {
    const [expected, found] = [endOf(golden.outcomes[index]), endOf(outcomes[index])];
    return expected === found ? [] : [violation(`message ${index + 1} ${expected}`, found)];
  });
  const left = pendingRuns.map((runId) => violation('no run pending', runId));
  return [...ends, ...left];
}

function endOf(outcome: RunOutcome | undefined): string {
  if (outcome === undefined) return 'not settled';
  return outcome.kind === 'failed' ? `failed with ${outcome.error.code}` : outcome.kind;
}

function violation(expected: string, found: string): Violation {
  const message = `The session did not come to its end: expected ${expected}, found ${found}.`;
  return { invariant: 'I9', expected, found, message };
}
