import { ForeignInputError } from './foreign-input-error.ts';
import type { Left } from './importer.ts';

/** Reads one item after the other: one that is of no use is told, and the others stand. */
export function collect<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Result,
): { readonly taken: readonly Result[]; readonly left: readonly Left[] } {
  const taken: Result[] = [];
  const left: Left[] = [];
  for (const item of items) {
    try {
      taken.push(read(item));
    } catch (error) {
      if (!(error instanceof ForeignInputError)) throw error;
      left.push({ line: error.line, reason: error.reason });
    }
  }
  return { taken, left };
}
