import { isDeepStrictEqual } from 'node:util';
import type { FeedItem, SessionEvent, TextDelta } from '#harness';
import type { Violation } from '../checkers/violation.ts';
import type { Connection, Viewing } from './viewers.ts';

/** How often something was shown twice, was left out, or came before what stands before it. */
export interface ViewerFaults {
  readonly duplicates: number;
  readonly gaps: number;
  readonly outOfOrder: number;
}

const noFaults: ViewerFaults = { duplicates: 0, gaps: 0, outOfOrder: 0 };

/**
 * Holds what viewers were shown against the log: each saw its events, each once and in order, over however many connections;
 * of each turn, what was shown of the last attempt, joined, is the turn's text; and nothing of an attempt came behind the
 * next one.
 */
export function countFaults(viewing: Viewing, log: readonly SessionEvent[]): ViewerFaults {
  return addFaults([
    ...viewing.connections.map((connection) => faultsOf(connection, log)),
    { ...noFaults, gaps: missingEvents(viewing, log) },
  ]);
}

export function addFaults(all: readonly ViewerFaults[]): ViewerFaults {
  return all.reduce(
    (sum, each) => ({
      duplicates: sum.duplicates + each.duplicates,
      gaps: sum.gaps + each.gaps,
      outOfOrder: sum.outOfOrder + each.outOfOrder,
    }),
    noFaults,
  );
}

/** I4, as a viewer sees it. */
export function checkViewing(viewing: Viewing, log: readonly SessionEvent[]): readonly Violation[] {
  const faults = countFaults(viewing, log);
  if (isDeepStrictEqual(faults, noFaults)) return [];
  const found = `${faults.duplicates} duplicates, ${faults.gaps} gaps, ${faults.outOfOrder} out of order`;
  return [
    {
      invariant: 'I4',
      expected: 'every viewer is shown the log, once and in order',
      found: `${found}, by ${viewing.name}`,
      message: `What ${viewing.name} was shown is not the log: ${found}.`,
    },
  ];
}

/** Events that were stored and never shown. */
function missingEvents({ connections }: Viewing, log: readonly SessionEvent[]): number {
  const shown = connections.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'event' ? [item.event] : [])),
  );
  return log.filter((event) => !shown.some((each) => isDeepStrictEqual(each, event))).length;
}

/** What a client knows while it is connected. */
interface Knowledge {
  seq: number;
  readonly texts: Map<string, { attempt: number; ordinal: number; text: string }>;
  readonly ended: Set<string>;
}

function faultsOf({ after, items }: Connection, log: readonly SessionEvent[]): ViewerFaults {
  const known: Knowledge = { seq: after, texts: new Map(), ended: new Set() };
  const turns = new Map(
    log.flatMap((event) =>
      event.fact.type === 'model-turn-completed' ? [[turnOf(event), event.fact.text]] : [],
    ),
  );
  return addFaults(items.map((item) => faultOf(item, known, turns)));
}

function faultOf(
  item: FeedItem,
  known: Knowledge,
  turns: ReadonlyMap<string, string>,
): ViewerFaults {
  switch (item.kind) {
    case 'event':
      return eventFault(item.event, known, turns);
    case 'text-delta':
      return textFault(item.delta, known);
    case 'text-restarted': {
      const seen = known.texts.get(turnOf(item.turn));
      if (seen !== undefined && seen.attempt >= item.attempt) return { ...noFaults, outOfOrder: 1 };
      known.texts.set(turnOf(item.turn), { attempt: item.attempt, ordinal: -1, text: '' });
      return noFaults;
    }
  }
}

function eventFault(
  event: SessionEvent,
  known: Knowledge,
  turns: ReadonlyMap<string, string>,
): ViewerFaults {
  const expected = known.seq + 1;
  const turn = turnOf(event);
  if (event.seq < expected) return { ...noFaults, duplicates: 1, outOfOrder: 1 };
  known.seq = event.seq;
  if (event.seq > expected) return { ...noFaults, gaps: event.seq - expected };
  if (known.ended.has(turn)) return noFaults;
  known.ended.add(turn);
  const isWhole = (known.texts.get(turn)?.text ?? '') === (turns.get(turn) ?? '');
  return isWhole ? noFaults : { ...noFaults, gaps: 1 };
}

function textFault(delta: TextDelta, known: Knowledge): ViewerFaults {
  const turn = turnOf(delta);
  const seen = known.texts.get(turn) ?? { attempt: delta.attempt, ordinal: -1, text: '' };
  const isLate = known.ended.has(turn) || delta.attempt < seen.attempt;
  if (isLate) return { ...noFaults, outOfOrder: 1 };
  // A new attempt is announced; text that changes without a word is text shown twice.
  if (delta.attempt > seen.attempt) return { ...noFaults, duplicates: 1 };
  if (delta.ordinal <= seen.ordinal) return { ...noFaults, duplicates: 1 };
  const gaps = delta.ordinal - seen.ordinal - 1;
  known.texts.set(turn, { ...delta, text: seen.text + delta.text });
  return { ...noFaults, gaps };
}

const turnOf = ({ runId, step }: { readonly runId: string; readonly step: string }): string =>
  `${runId} ${step}`;
