import { isDeepStrictEqual } from 'node:util';
import { inLogicalOrder, isSubRun, type SessionEvent, type TextDelta } from '#harness';
import { firstDifference, formatDifference, show } from './first-difference.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Log = Pick<Observation, 'events' | 'deltas'>;

/**
 * I4: the log is one logical history. Its events are numbered without gaps and are those of the golden history, but for
 * the time at which they were stored; the text that was streamed of a model turn is that turn's text, once.
 */
export function checkEventLog(golden: Log, { events, deltas }: Log): readonly Violation[] {
  return [
    ...checkNumbers(events),
    ...checkEvents(inLogicalOrder(golden.events), inLogicalOrder(events)),
    ...checkText(events, deltas),
  ];
}

function checkNumbers(events: readonly SessionEvent[]): readonly Violation[] {
  let last = 0;
  for (const { seq, fact } of events) {
    // What was cleared is missing, and only there.
    const isNext = seq === last + 1 || (seq > last && fact.type === 'session-cleared');
    if (!isNext) return [violation(`event ${last + 1} next`, `event ${seq}`)];
    last = seq;
  }
  return [];
}

function checkEvents(
  golden: readonly SessionEvent[],
  events: readonly SessionEvent[],
): readonly Violation[] {
  const place = Array.from({ length: Math.max(golden.length, events.length) }).findIndex(
    (_, index) => !isDeepStrictEqual(timeless(golden[index]), timeless(events[index])),
  );
  if (place === -1) return [];
  const [expected, found] = [golden[place], events[place]];
  const isSameName = nameOf(expected) === nameOf(found);
  const difference = firstDifference(timeless(expected), timeless(found));
  return [
    isSameName && difference !== undefined
      ? violation(nameOf(expected), `${nameOf(found)} with ${formatDifference(difference)}`)
      : violation(`${nameOf(expected)} as event ${place + 1}`, nameOf(found)),
  ];
}

function checkText(
  events: readonly SessionEvent[],
  deltas: readonly TextDelta[],
): readonly Violation[] {
  const streamed = Map.groupBy(deltas, turnOf);
  const ended = new Set(events.flatMap((event) => (isTurnEnd(event) ? [turnOf(event)] : [])));
  const turns = events.flatMap(({ fact, ...event }) =>
    fact.type === 'model-turn-completed' ? [{ ...event, text: fact.text }] : [],
  );
  const wrong = turns.flatMap((turn) => {
    const text = joined(streamed.get(turnOf(turn)) ?? []);
    // A sub-agent streams to nobody.
    return text === (isSubRun(turn.runId) ? '' : turn.text)
      ? []
      : [violation(`${turn.step} streams ${show(turn.text)}`, show(text))];
  });
  const stray = [...streamed].flatMap(([turn, pieces]) =>
    ended.has(turn) ? [] : [violation('text of model turns only', show(joined(pieces)))],
  );
  return [...wrong, ...stray];
}

/** A turn that failed has shown what it had: its text is left where it is. */
const isTurnEnd = ({ fact }: SessionEvent): boolean =>
  fact.type === 'model-turn-completed' || fact.type === 'run-failed';

const turnOf = ({ runId, step }: Pick<TextDelta, 'runId' | 'step'>): string => `${runId} ${step}`;

const joined = (deltas: readonly TextDelta[]): string =>
  deltas
    .toSorted((left, right) => left.attempt - right.attempt || left.ordinal - right.ordinal)
    .map(({ text }) => text)
    .join('');

/** Sub-agents tell their facts side by side: their numbers are chance, and are checked to be without gaps. */
function timeless(
  event: SessionEvent | undefined,
): Omit<SessionEvent, 'storedAt' | 'seq'> | undefined {
  if (event === undefined) return undefined;
  const { storedAt: _, seq: __, ...rest } = event;
  return rest;
}

const nameOf = (event: SessionEvent | undefined): string =>
  event === undefined ? 'nothing' : `${event.fact.type} of ${event.step}`;

function violation(expected: string, found: string): Violation {
  const message = `The log is not one history: expected ${expected}, found ${found}.`;
  return { invariant: 'I4', expected, found, message };
}
