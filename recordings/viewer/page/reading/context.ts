import type { Item, Side, Step } from '../../view.ts';

/** Indexes of all items that the model read at this step, in their order. */
export function contextOf(side: Side, step: Step): readonly number[] {
  return step.context === undefined ? [] : [...step.context.head, ...messagesOf(side, step)];
}

/** Walks back as far as messages were taken over: only what is shown is ever put together. */
function messagesOf(side: Side, step: Step): readonly number[] {
  const pieces: (readonly number[])[] = [];
  let wanted = Number.POSITIVE_INFINITY;
  let at: Step | undefined = step;
  while (at?.context !== undefined && wanted > 0) {
    const { added, keep, previous }: NonNullable<Step['context']> = at.context;
    if (wanted > keep) pieces.push(added.slice(0, wanted - keep));
    wanted = Math.min(wanted, keep);
    at = previous === undefined ? undefined : side.steps[previous];
  }
  return pieces.toReversed().flat();
}

/** How a context came from an earlier one. `changed` is one item that has become another. */
export type ContextChange =
  | { readonly kind: 'kept'; readonly items: readonly number[] }
  | { readonly kind: 'added' | 'removed'; readonly item: number }
  | { readonly kind: 'changed'; readonly before: number; readonly item: number };

/** The changes that make `after` of `before`. */
export function changesBetween(
  before: readonly number[],
  after: readonly number[],
  items: readonly Item[],
): readonly ContextChange[] {
  const start = commonLength(before, after);
  const end = commonLength(before.slice(start).toReversed(), after.slice(start).toReversed());
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  return [
    ...kept(after.slice(0, start)),
    ...changedItems(removed, added, items),
    ...kept(after.slice(after.length - end)),
  ];
}

const kept = (items: readonly number[]): ContextChange[] =>
  items.length === 0 ? [] : [{ kind: 'kept', items }];

function commonLength(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((each, index) => each !== right[index]);
  return at === -1 ? Math.min(left.length, right.length) : at;
}

/** What stays is what both hold, in the order of `added`; what goes and comes under one title has changed. */
function changedItems(
  removed: readonly number[],
  added: readonly number[],
  items: readonly Item[],
): readonly ContextChange[] {
  const comes = new Set(added);
  const stays = new Set(removed.filter((item) => comes.has(item)));
  const gone = removed.filter((item) => !stays.has(item));
  const changes: ContextChange[] = [];
  for (const item of added) {
    const last = changes.at(-1);
    if (stays.has(item)) {
      if (last?.kind === 'kept')
        changes[changes.length - 1] = kept([...last.items, item])[0] ?? last;
      else changes.push({ kind: 'kept', items: [item] });
      continue;
    }
    const at = gone.findIndex((each) => isVersion(items[each], items[item]));
    const [before] = at === -1 ? [] : gone.splice(at, 1);
    changes.push(
      before === undefined ? { kind: 'added', item } : { kind: 'changed', before, item },
    );
  }
  return [...gone.map((item): ContextChange => ({ kind: 'removed', item })), ...changes];
}

const isVersion = (one: Item | undefined, other: Item | undefined): boolean =>
  one !== undefined && one.role === other?.role && one.title === other.title;
