import { canonicalJson, type Json } from '#harness';
import type { Difference } from '../format/json.ts';
import { placeName } from '../format/recording.ts';
import type { Divergence, ExchangeReference } from './divergence.ts';

/** Characters shown of a value, and of a long text around the first character that differs. */
const excerptCharacters = 60;

/** The report for people: what differs, where it comes from, and what to do. */
export function formatDivergence(divergence: Divergence): string {
  const { recording, at, cause, difference, equal, note, next, edited } = divergence;
  const place = at === undefined ? '' : `   ${named(at)}`;
  const rows: (readonly [string, string])[] = [];
  if (cause !== undefined) {
    rows.push(['first cause', named(cause)], ['', formatDifference(cause.difference)]);
  }
  if (difference !== undefined)
    rows.push([cause === undefined ? 'first cause' : 'seen in', formatDifference(difference)]);
  if (equal.length > 0) rows.push(['equal', equal.join(', ')]);
  if (note !== undefined) rows.push([difference === undefined ? 'first cause' : 'note', note]);
  if (next !== undefined) rows.push(['recorded next', named(next)]);
  for (const { line, at: on } of edited) {
    const what = on === undefined ? '' : ` (${named(on)})`;
    rows.push(['edited', `line ${line}${what} is not as it was written`]);
  }
  rows.push(
    ['fix', `the change is meant: npx groundhog record ${recording}`],
    ['', 'it is not: undo it, in the code or in the recording (git diff)'],
  );
  return [
    `REPLAY DIVERGED  ${recording}   class ${divergence.class}${place}`,
    ...rows.map(([title, text]) => ` ${title.padEnd(14)} ${text}`),
  ].join('\n');
}

function named({ exchange, place }: ExchangeReference): string {
  return `${excerpt(exchange, 0)} at ${placeName(place)}`;
}

function formatDifference({ subject, pointer, recorded, asked }: Difference): string {
  const start =
    typeof recorded === 'string' && typeof asked === 'string' ? partingOf(recorded, asked) : 0;
  return `${subject}${pointer}   ${shown(recorded, start)} → ${shown(asked, start)}`;
}

function shown(value: Json | undefined, start: number): string {
  if (value === undefined) return '(nothing)';
  return typeof value === 'string'
    ? JSON.stringify(excerpt(value, start))
    : excerpt(canonicalJson(value), 0);
}

/** The part of a text around `start`. */
function excerpt(text: string, start: number): string {
  const from = Math.max(0, start - excerptCharacters / 2);
  const to = from + excerptCharacters * 2;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

function partingOf(left: string, right: string): number {
  let index = 0;
  while (index < left.length && left[index] === right[index]) index += 1;
  return index;
}
