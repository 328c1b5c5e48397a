import { placeName } from '../../format/recording.ts';
import type { Divergence } from '../divergence.ts';
import { formatDifference } from './format-difference.ts';

/** A divergence in sentences, for an error that meets whoever made the call: where it is, of which class, and what differs. */
export function sayDivergence(divergence: Divergence): string {
  const { recording, class: kind, at, difference, cause, note, expired } = divergence;
  const where = at === undefined ? 'at its end' : `at ${at.exchange}, ${placeName(at.place)}`;
  const first = cause?.difference ?? difference;
  return [
    `The replay of "${recording}" left its recording ${where}, class ${kind}.`,
    ...(cause === undefined ? [] : [`It comes from ${cause.exchange}, ${placeName(cause.place)}.`]),
    ...(first === undefined ? [] : [`Recorded → now: ${formatDifference(first)}.`]),
    ...(note === undefined ? [] : [note]),
    ...(expired === undefined
      ? []
      : [`It was accepted until ${expired.until}: ${expired.reason}.`]),
  ].join(' ');
}
