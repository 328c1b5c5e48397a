import type { Json } from '#harness';
import { align } from './align.ts';

/** One value in which two JSON values differ. */
export interface Leaf {
  /** RFC 6901 JSON pointer. */
  readonly pointer: string;
  /** Missing where there was nothing. */
  readonly before?: Json;
  /** Missing where there is nothing any more. */
  readonly after?: Json;
  /** Of longer texts: the sentences that changed. */
  readonly sentences?: readonly TextChange[];
}

/** A sentence that became another one, went or came. */
export interface TextChange {
  readonly before?: string;
  readonly after?: string;
}

/** A text as long as this is looked at sentence by sentence. */
const longText = 80;

/** Every value in which two differ, in order of keys. */
export function leavesBetween(
  before: Json | undefined,
  after: Json | undefined,
  pointer = '',
): readonly Leaf[] {
  if (before === after) return [];
  if (isComposite(before) && isComposite(after) && Array.isArray(before) === Array.isArray(after)) {
    const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
      leavesBetween(left.get(key), right.get(key), `${pointer}/${escape(key)}`),
    );
  }
  return [
    {
      pointer,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(isLong(before) && isLong(after) ? { sentences: textChanges(before, after) } : {}),
    },
  ];
}

/** The sentences in which two texts differ; none where only their line breaks do. */
export function textChanges(before: string, after: string): readonly TextChange[] {
  const [left, right] = [sentencesOf(before), sentencesOf(after)];
  const changes: { before?: string; after?: string }[] = [];
  let open = 0;
  for (const pair of align(left, right)) {
    if (pair.before !== undefined && pair.after !== undefined) {
      // What goes and what comes between two equal sentences belong together, in order.
      if (left[pair.before] === right[pair.after]) open = changes.length;
      else changes.push({ before: left[pair.before] ?? '', after: right[pair.after] ?? '' });
    } else if (pair.before !== undefined) {
      changes.push({ before: left[pair.before] ?? '' });
    } else if (pair.after !== undefined) {
      const waiting = changes.slice(open).find((change) => change.after === undefined);
      if (waiting === undefined) changes.push({ after: right[pair.after] ?? '' });
      else waiting.after = right[pair.after] ?? '';
    }
  }
  return changes;
}

function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?;])\s+|\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

function isLong(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length >= longText;
}

function isComposite(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

/** One reference token of a JSON pointer. */
function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
