import type { SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import { asJson, type Difference } from '../format/json.ts';
import { type EventOutline, firstDefinitionLine, laneOf, placeName } from '../format/recording.ts';
import type { Checklist } from './checklist.ts';
import type { Divergence } from './divergence.ts';
import { type AnyTape, lineAt, referenceTo, type Tape, type TapedExchange } from './tape.ts';

/**
 * What only a session's end can show, the first that counts first: exchanges nobody asked for, a file that is not as written,
 * lines in another order than they are asked for, another history.
 */
export function findEndDivergences(
  tape: Tape,
  checklist: Checklist,
  events: readonly SessionEvent[] | undefined,
): readonly Divergence[] {
  const { recording, edited } = tape;
  const missing = missingCall(tape, checklist.open());
  const misordered = findMisordered(tape, checklist.asked());
  const difference = events === undefined ? undefined : compareEvents(recording.events, events);
  const [first] = edited;
  const common = {
    recording: recording.header.name,
    ...(difference === undefined ? {} : { difference }),
    equal: [],
    definitions: [],
    edited,
  };
  const line = firstDefinitionLine + recording.definitions.length + recording.exchanges.length;
  return [
    ...(missing === undefined ? [] : [missing]),
    ...(first === undefined
      ? []
      : [
          {
            ...common,
            class: 'EDITED' as const,
            line: first.line,
            ...(first.at === undefined ? {} : { at: first.at }),
          },
        ]),
    ...(misordered === undefined ? [] : [misordered]),
    ...(difference === undefined ? [] : [{ ...common, class: 'EVENTS' as const, line }]),
  ];
}

/**
 * The first line that stands before one that is asked for earlier. Within a run, or one of its sub-agents: between these, and
 * between a run and the next message, what stands first is a matter of time.
 */
function findMisordered(tape: Tape, asked: readonly TapedExchange[]): Divergence | undefined {
  const isAsked = new Set(asked);
  const expected = Map.groupBy(asked, actorOf);
  const held = Map.groupBy(
    tape.exchanges.filter((each) => isAsked.has(each)),
    actorOf,
  );
  for (const [actor, exchanges] of held) {
    const index = exchanges.findIndex((each, at) => each !== expected.get(actor)?.[at]);
    const [found, earlier] = [exchanges[index], expected.get(actor)?.[index]];
    if (found === undefined || earlier === undefined) continue;
    const at = referenceTo(found);
    const { exchange, place } = referenceTo(earlier);
    return {
      recording: tape.recording.header.name,
      class: 'ORDER',
      line: lineAt(tape, at.place),
      at,
      note: `It stands before ${exchange} at ${placeName(place)}, which the run asked for first.`,
      equal: [],
      definitions: [],
      edited: tape.edited,
    };
  }
  return undefined;
}

function actorOf({ lane }: TapedExchange): string {
  const { run, sibling } = laneOf(lane);
  return `${run}.${sibling}`;
}

/** A run that ended without asking for all that was recorded of it. */
export function missingCall(tape: AnyTape, open: readonly TapedExchange[]): Divergence | undefined {
  const [first] = open;
  if (first === undefined) return undefined;
  const count = open.length === 1 ? 'this exchange' : `${open.length} exchanges, this one first`;
  const at = referenceTo(first);
  return {
    recording: tape.recording.header.name,
    class: open.every(({ t }) => t === 'clock' || t === 'dice') ? 'CLOCK' : 'MISSING_CALL',
    line: lineAt(tape, at.place),
    at,
    note: `The run ended without asking for ${count}.`,
    equal: [],
    definitions: [],
    edited: tape.edited,
  };
}
/** The first event that is another one, or says something else. Of recorded facts only the fingerprints are known. */
function compareEvents(
  recorded: EventOutline,
  events: readonly SessionEvent[],
): Difference | undefined {
  const { outline, hash } = outlineOf(events);
  const index = outline.findIndex((entry, each) => entry.join() !== recorded.outline[each]?.join());
  const isSame = index === -1 && outline.length === recorded.outline.length;
  if (isSame && hash === recorded.hash) return undefined;
  if (isSame) return { subject: 'events', pointer: '/hash', recorded: recorded.hash, asked: hash };
  const at = index === -1 ? outline.length : index;
  const before = recorded.outline[at];
  const event = events[at];
  return {
    subject: 'events',
    pointer: `/${at}`,
    ...(before === undefined
      ? {}
      : { recorded: `${before[1]} of ${before[0]}, fingerprint ${before[2]}` }),
    ...(event === undefined ? {} : { asked: asJson(event.fact) }),
  };
}
