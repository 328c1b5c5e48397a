import { type Fact, isSubRun } from '#harness';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Seen = Pick<Observation, 'events' | 'outcomes' | 'world'>;

const once = ['message-received', 'run-started', 'an ending'] as const;

/** I8: one run for each message, with one beginning and one end, and at most one mail to the customer for each run. */
export function checkOneRun({ events, outcomes, world }: Seen): readonly Violation[] {
  const own = events.filter(({ runId }) => !isSubRun(runId));
  const runs = Map.groupBy(own, ({ runId }) => runId);
  const mails = Map.groupBy(world.mails, ({ reference }) => runOf(reference));
  return [
    ...(runs.size === outcomes.length
      ? []
      : [violation(`${outcomes.length} runs, one for each message`, `${runs.size}`)]),
    ...[...runs].flatMap(([runId, told]) =>
      once.flatMap((name) => {
        const count = told.filter(({ fact }) => momentOf(fact) === name).length;
        return count === 1 ? [] : [violation(`${runId} has ${name} once`, `${count} times`)];
      }),
    ),
    ...[...mails].flatMap(([run, sent]) =>
      sent.length === 1 ? [] : [violation(`one mail by ${run}`, `${sent.length}`)],
    ),
  ];
}

function momentOf({ type }: Fact): Fact['type'] | 'an ending' {
  return type === 'run-completed' || type === 'run-failed' ? 'an ending' : type;
}

/** A tool's reference is its idempotency key: session, run and step. */
const runOf = (reference: string): string => reference.slice(0, reference.lastIndexOf('/'));

function violation(expected: string, found: string): Violation {
  const message = `A message was not answered once: expected ${expected}, found ${found}.`;
  return { invariant: 'I8', expected, found, message };
}
