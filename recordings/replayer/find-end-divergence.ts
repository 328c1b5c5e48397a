import type { SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import { asJson, type Difference } from '../format/json.ts';
import type { EventOutline } from '../format/recording.ts';
import type { Divergence } from './divergence.ts';
import { referenceTo, type Tape, type TapedExchange } from './tape.ts';

/** What only a session's end can show: exchanges nobody asked for, another history, a file that is not as written. */
export function findEndDivergence(
  tape: Tape,
  skipped: readonly TapedExchange[],
  events: readonly SessionEvent[] | undefined,
): Divergence | undefined {
  const { recording, edited } = tape;
  const base = { recording: recording.header.name, equal: [], edited };
  const [missing] = skipped;
  if (missing !== undefined) {
    const note = `The run ended without asking for ${counted(skipped.length, 'recorded exchange')}, this one first.`;
    return { ...base, class: 'MISSING_CALL', at: referenceTo(missing), note };
  }
  const difference = events === undefined ? undefined : compareEvents(recording.events, events);
  const [firstEdited] = edited;
  if (firstEdited !== undefined) {
    return {
      ...base,
      class: 'EDITED',
      ...(firstEdited.at === undefined ? {} : { at: firstEdited.at }),
      ...(difference === undefined ? {} : { difference }),
    };
  }
  return difference === undefined ? undefined : { ...base, class: 'EVENTS', difference };
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
