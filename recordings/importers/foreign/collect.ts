import type { Left } from '../importer.ts';
import { ForeignInputError } from './foreign-input-error.ts';

/** Reads one item after the other: one that is of no use is told, and the others stand. */
export function collect<Item extends { readonly line: number }, Result>(
  items: Iterable<Item>,
  read: (item: Item) => Result,
): { readonly taken: readonly Result[]; readonly left: readonly Left[] } {
  const taken: Result[] = [];
  const left: Left[] = [];
  for (const item of items) {
    try {
      taken.push(read(item));
    } catch (error) {
      left.push(leftBecause(error, item.line));
    }
  }
  return { taken, left };
}

/** What nobody foresaw must not take the rest with it, so that any error is told as a reason: by its name, for its message may repeat what was read. */
export function leftBecause(error: unknown, line: number): Left {
  if (error instanceof ForeignInputError) return { line: error.line, reason: error.reason };
  const name = error instanceof Error ? error.name : typeof error;
  return { line, reason: `it cannot be read (${name})` };
}
