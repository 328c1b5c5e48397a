import { canonicalJson, type Json } from '#harness';
import type { Difference } from '../format/json.ts';
import { placeName } from '../format/recording.ts';
import type { Divergence, EditedLine, ExchangeReference } from './divergence.ts';

/** Characters shown of a value, and of a long text around the first character that differs. */
const excerptCharacters = 60;

/** The report for people: what came first, where it shows, and what to do. */
export function formatDivergence(divergence: Divergence): string {
  const { recording, at, equal, next } = divergence;
  const [first = [], ...others] = causesOf(divergence);
  const rows = [
    ...titled('first cause', first),
    ...others.flatMap((lines) => titled('seen in', lines)),
    ...(equal.length === 0 ? [] : titled('equal', [equal.join(', ')])),
    ...(next === undefined ? [] : titled('recorded next', [named(next)])),
    ...otherEdits(divergence).flatMap((line) => titled('edited', [formatEdited(line)])),
    ...titled('fix', [
      `the change is meant: npx groundhog record ${recording}`,
      'it is not: undo it, in the code or in the recording (git diff)',
    ]),
  ];
  const where = at === undefined ? '' : `   ${named(at)}`;
  return [`REPLAY DIVERGED  ${recording}   class ${divergence.class}${where}`, ...rows].join('\n');
}

/** What differs, the earliest first; each in one or two lines. */
function causesOf({ class: kind, cause, difference, note, edited }: Divergence): string[][] {
  const [line] = edited;
  return [
    ...(kind === 'EDITED' && line !== undefined ? [[formatEdited(line)]] : []),
    ...(cause === undefined ? [] : [[named(cause), formatDifference(cause.difference)]]),
    ...(note === undefined ? [] : [[note]]),
    ...(difference === undefined ? [] : [[formatDifference(difference)]]),
  ];
}

/** Edited lines beside the one that is the cause. */
function otherEdits({ class: kind, edited }: Divergence): readonly EditedLine[] {
  return kind === 'EDITED' ? edited.slice(1) : edited;
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => ` ${(index === 0 ? title : '').padEnd(14)} ${line}`);
}

function formatEdited({ line, holds }: EditedLine): string {
  return `line ${line}, ${excerpt(holds, 0)}, is not as it was written`;
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
