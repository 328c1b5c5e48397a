import type { AnyRecording } from '../format/call-recording.ts';
import { placeName, placeOf } from '../format/recording.ts';
import { hashOf } from '../format/serialize-recording.ts';
import type { RecordedPart } from '../format/stream-part.ts';
import { countPieces } from './pace-of.ts';
import type { PlaceTiming, RecordedTiming } from './recorded-timing.ts';
import { TimingInvalidError } from './timing-invalid-error.ts';

/** How long an exchange took, and when what was said in it came. */
export interface TimedPlace extends PlaceTiming {
  /** How long after the call began the first piece came that says something. */
  readonly first?: number;
}

/** Whether it was these very bytes that were measured. */
export function isTimingOf(timing: RecordedTiming, recording: AnyRecording): boolean {
  return recording.tornAt === undefined && timing.of === hashOf(recording);
}

/**
 * What was measured of a recording, by the names of its places.
 * @throws TimingInvalidError where an answer has another number of pieces than were measured.
 */
export function timedPlaces(
  timing: RecordedTiming,
  { header, exchanges }: AnyRecording,
): ReadonlyMap<string, TimedPlace> {
  const timed = new Map<string, TimedPlace>();
  for (const exchange of exchanges) {
    const place = placeName(placeOf(exchange));
    const measured = timing.places[place];
    if (measured === undefined) continue;
    const { pieces } = measured;
    const parts = exchange.t === 'model' ? exchange.answer.parts : [];
    const count = countPieces(parts);
    if (pieces !== undefined && pieces.length !== count) {
      const reason = `it has ${pieces.length} pieces at ${place}, and the recording has ${count}`;
      throw new TimingInvalidError(`The timing of ${header.name}`, reason);
    }
    timed.set(place, { ...measured, ...firstOf(pieces, parts) });
  }
  return timed;
}

/** Parts that announce what follows and say nothing themselves. */
const announcing: ReadonlySet<RecordedPart['type']> = new Set([
  'stream-start',
  'response-metadata',
  'text-start',
  'reasoning-start',
  'tool-input-start',
  'raw',
]);

function firstOf(
  pieces: readonly number[] | undefined,
  parts: readonly RecordedPart[],
): Pick<TimedPlace, 'first'> {
  const saying = parts.findIndex(({ type }) => !announcing.has(type));
  if (pieces === undefined || saying === -1) return {};
  const before = countPieces(parts.slice(0, saying));
  return { first: pieces.slice(0, before + 1).reduce((total, gap) => total + gap, 0) };
}
