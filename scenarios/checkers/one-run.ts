import { type Fact, isSubRun, type SessionEvent } from '#harness';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Seen = Pick<Observation, 'events' | 'outcomes' | 'world'>;

const opening = ['message-received', 'run-started'] as const;

/**
 * I8: one run for each message, with one end, and at most one mail to the customer for each run. A message is answered
 * once: by its own run, which then has one beginning, or by the one run that has read it, and then its own has none. What ran
 * before the session was cleared is in no log.
 */
export function checkOneRun({ events, outcomes, world }: Seen): readonly Violation[] {
  const isCleared = events.some(({ fact }) => fact.type === 'session-cleared');
  const own = events.filter(
    ({ runId, fact }) => !isSubRun(runId) && fact.type !== 'session-cleared',
  );
  const runs = Map.groupBy(own, ({ runId }) => runId);
  const mails = Map.groupBy(world.mails, ({ reference }) => runOf(reference));
  return [
    ...(runs.size === outcomes.length || (isCleared && runs.size < outcomes.length)
      ? []
      : [violation(`${outcomes.length} runs, one for each message`, `${runs.size}`)]),
    ...[...runs.keys()].flatMap((runId) => checkRun(runId, own)),
    ...[...mails].flatMap(([run, sent]) =>
      sent.length === 1 ? [] : [violation(`one mail by ${run}`, `${sent.length}`)],
    ),
  ];
}

function checkRun(runId: string, events: readonly SessionEvent[]): readonly Violation[] {
  const told = events.filter((event) => event.runId === runId).map(({ fact }) => fact);
  const readers = events.flatMap(({ fact, runId: reader }) =>
    fact.type === 'message-steered' && fact.messageId === runId ? [reader] : [],
  );
  const taken = told.find((fact) => fact.type === 'run-steered');
  const expected = taken === undefined ? 1 : 0;
  return [
    ...opening.flatMap((name) => {
      const count = told.filter(({ type }) => type === name).length;
      const wanted = `${runId} has ${name} ${expected === 1 ? 'once' : 'never, being steered'}`;
      return count === expected ? [] : [violation(wanted, `${count} times`)];
    }),
    ...checkCount(`${runId} has an ending once`, told.filter(isEnding).length),
    ...(taken === undefined
      ? readers.map((reader) => violation(`${runId} is read by nobody else`, `${reader} read it`))
      : checkReaders(runId, taken.takenBy, readers)),
  ];
}

function checkReaders(
  runId: string,
  takenBy: string,
  readers: readonly string[],
): readonly Violation[] {
  return readers.length === 1 && readers[0] === takenBy
    ? []
    : [violation(`${runId} is read by ${takenBy} only`, readers.join(', ') || 'nobody read it')];
}

const checkCount = (expected: string, count: number): readonly Violation[] =>
  count === 1 ? [] : [violation(expected, `${count} times`)];

const endings: readonly Fact['type'][] = [
  'run-completed',
  'run-failed',
  'run-cancelled',
  'run-steered',
];

const isEnding = ({ type }: Fact): boolean => endings.includes(type);

/** A tool's reference is its idempotency key: session, run and step. */
const runOf = (reference: string): string => reference.slice(0, reference.lastIndexOf('/'));

function violation(expected: string, found: string): Violation {
  const message = `A message was not answered once: expected ${expected}, found ${found}.`;
  return { invariant: 'I8', expected, found, message };
}
