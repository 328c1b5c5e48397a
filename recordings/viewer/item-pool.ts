import type { Item } from './view.ts';

/** The items of a view, each of them once. */
export interface ItemPool {
  /** Index of the item; the same for whatever says the same. */
  readonly add: (item: Item) => number;
  readonly items: () => readonly Item[];
}

export function createItemPool(): ItemPool {
  const items: Item[] = [];
  const known = new Map<string, number>();
  return {
    add: (item) => {
      const content = JSON.stringify(item);
      const index = known.get(content) ?? items.push(item) - 1;
      known.set(content, index);
      return index;
    },
    items: () => items,
  };
}
