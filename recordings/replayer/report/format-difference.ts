import { canonicalJson, type Json } from '#harness';
import type { Difference } from '../../format/json.ts';

/** Characters shown of a value, and of a long text around the first character that differs. */
const excerptCharacters = 60;

/** `tools/findParcel/name   "findParcel" → "locateParcel"` */
export function formatDifference({ subject, pointer, recorded, asked }: Difference): string {
  const start =
    typeof recorded === 'string' && typeof asked === 'string' ? partingOf(recorded, asked) : 0;
  return `${subject}${pointer}   ${shown(recorded, start)} → ${shown(asked, start)}`;
}

/** The part of a text around `start`. */
export function excerpt(text: string, start: number): string {
  const from = Math.max(0, start - excerptCharacters / 2);
  const to = from + excerptCharacters * 2;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

function shown(value: Json | undefined, start: number): string {
  if (value === undefined) return '(nothing)';
  return typeof value === 'string'
    ? JSON.stringify(excerpt(value, start))
    : excerpt(canonicalJson(value), 0);
}

function partingOf(left: string, right: string): number {
  let index = 0;
  while (index < left.length && left[index] === right[index]) index += 1;
  return index;
}
