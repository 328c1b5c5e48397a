import type { SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import { asJson, type Difference } from '../format/json.ts';
import type { EventOutline } from '../format/recording.ts';
import type { Divergence } from './divergence.ts';
import { type AnyTape, referenceTo, type Tape, type TapedExchange } from './tape.ts';

/** What only a session's end can show: exchanges nobody asked for, another history, a file that is not as written. */
export function findEndDivergence(
  tape: Tape,
  open: readonly TapedExchange[],
  events: readonly SessionEvent[] | undefined,
): Divergence | undefined {
  const { recording, edited } = tape;
  const missing = missingCall(tape, open);
  if (missing !== undefined) return missing;
  const difference = events === undefined ? undefined : compareEvents(recording.events, events);
  const [first] = edited;
  if (difference === undefined && first === undefined) return undefined;
  return {
    recording: recording.header.name,
    class: first === undefined ? 'EVENTS' : 'EDITED',
    ...(first?.at === undefined ? {} : { at: first.at }),
    ...(difference === undefined ? {} : { difference }),
    equal: [],
    edited,
  };
}

/** A run that ended without asking for all that was recorded of it. */
export function missingCall(
  { recording, edited }: AnyTape,
  open: readonly TapedExchange[],
): Divergence | undefined {
  const [first] = open;
  if (first === undefined) return undefined;
  const count = open.length === 1 ? 'this exchange' : `${open.length} exchanges, this one first`;
  return {
    recording: recording.header.name,
    class: 'MISSING_CALL',
    at: referenceTo(first),
    note: `The run ended without asking for ${count}.`,
    equal: [],
    edited,
  };
}

/** The first event that is another one, or says something else. Of recorded facts only the fingerprints are known. */
function compareEvents(
  recorded: EventOutline,
  events: readonly SessionEvent[],
): Difference | undefined {
  const { outline, hash } = outlineOf(events);
  if (hash === recorded.hash) return undefined;
  const index = outline.findIndex((entry, each) => entry.join() !== recorded.outline[each]?.join());
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
