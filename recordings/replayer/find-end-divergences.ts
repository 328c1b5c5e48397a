import type { SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import { asJson, type Difference } from '../format/json.ts';
import { type EventOutline, firstDefinitionLine } from '../format/recording.ts';
import type { Divergence } from './divergence.ts';
import { type AnyTape, lineAt, referenceTo, type Tape, type TapedExchange } from './tape.ts';

/**
 * What only a session's end can show, the first that counts first: exchanges nobody asked for, a file that is not as written,
 * another history.
 */
export function findEndDivergences(
  tape: Tape,
  open: readonly TapedExchange[],
  events: readonly SessionEvent[] | undefined,
): readonly Divergence[] {
  const { recording, edited } = tape;
  const missing = missingCall(tape, open);
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
    ...(difference === undefined ? [] : [{ ...common, class: 'EVENTS' as const, line }]),
  ];
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
