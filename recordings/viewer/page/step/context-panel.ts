import type { Block, Item, View } from '../../view.ts';
import { element } from '../element.ts';
import { type ContextChange, changesBetween, contextOf } from '../reading/context.ts';
import { diffLines } from '../reading/diff-lines.ts';
import { itemText, readable, textOf } from '../reading/readable.ts';
import type { SidedStep } from '../shown.ts';
import { blockElement, diffElement } from './blocks.ts';
import { copyButton } from './copy.ts';

/** Of a long context the end is shown at first: what was said last is what the model answered. */
const itemLimit = 60;
const folded = new Set(['instructions', 'definition', 'settings']);

/** Everything the model read, in its order. */
export function contextPanel(view: View, { side, step }: SidedStep): HTMLElement {
  const context = contextOf(side, step);
  const before = step.context?.previous;
  const known = new Set(before === undefined ? [] : contextOf(side, side.steps[before] ?? step));
  const made = element('div', { class: 'context' });
  made.append(copyButton('all that was read', () => wholeText(view, context), 'Copy all'));
  const head = step.context?.head.length ?? 0;
  const messages = context.slice(head);
  const early = messages.slice(0, -itemLimit);
  const elementsOf = (items: readonly number[]): HTMLElement[] =>
    grouped(view, items).map((group) =>
      groupElement(group, (item) => before !== undefined && !known.has(item)),
    );
  made.append(...elementsOf(context.slice(0, head)));
  if (early.length > 0) {
    const more = element(
      'button',
      { type: 'button', class: 'more' },
      `Show the ${early.length.toLocaleString('en')} messages before`,
    );
    more.addEventListener('click', () => more.replaceWith(...elementsOf(early)));
    made.append(more);
  }
  made.append(...elementsOf(messages.slice(-itemLimit)));
  return made;
}

const wholeText = ({ items }: View, context: readonly number[]): string =>
  context.map((index) => `# ${headingOf(items[index])}\n\n${itemText(items[index])}`).join('\n\n');

function headingOf(item: Item | undefined): string {
  const { role = '', title = '' } = item ?? {};
  return role === title ? role : `${role} ${title}`;
}

interface Entry {
  readonly index: number;
  readonly item: Item;
}

/** Tools stand together under one heading; everything else stands by itself. */
function grouped({ items }: View, indexes: readonly number[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  for (const index of indexes) {
    const item = items[index];
    if (item === undefined) continue;
    const last = groups.at(-1);
    if (item.role === 'definition' && last?.[0]?.item.role === 'definition')
      last.push({ index, item });
    else groups.push([{ index, item }]);
  }
  return groups;
}

function groupElement(group: readonly Entry[], isNew: (item: number) => boolean): HTMLElement {
  const [first] = group;
  if (first?.item.role !== 'definition') {
    return first === undefined
      ? element('div')
      : itemElement(first.item, isNew(first.index) ? 'new' : undefined);
  }
  const names = group.map(({ item }) => item.title).join(', ');
  return element(
    'details',
    { class: 'item', 'data-role': 'definition' },
    element(
      'summary',
      {},
      element('span', { class: 'role' }, group.length === 1 ? '1 tool' : `${group.length} tools`),
      element('span', { class: 'preview' }, names),
    ),
    ...group.map(({ item, index }) => itemElement(item, isNew(index) ? 'new' : undefined)),
  );
}

function itemElement(item: Item, mark: string | undefined): HTMLElement {
  return element(
    'details',
    { class: 'item', 'data-role': item.role, 'data-mark': mark, open: !folded.has(item.role) },
    itemSummary(item, mark),
    element('div', { class: 'body' }, ...item.blocks.map(blockElement)),
  );
}

function itemSummary(item: Item, mark: string | undefined): HTMLElement {
  const [block] = item.blocks;
  const preview = block === undefined ? '' : previewOf(block);
  return element(
    'summary',
    {},
    element('span', { class: 'role' }, item.role === 'definition' ? item.title : item.role),
    ...(item.title === item.role || item.role === 'definition'
      ? []
      : [element('span', { class: 'item-title' }, item.title)]),
    element('span', { class: 'preview', dir: 'auto' }, preview),
    ...(mark === undefined ? [] : [element('span', { class: 'mark' }, mark)]),
  );
}

/** The start of a block; a browser need not lay out the rest of the line. */
function previewOf(block: Block): string {
  return (block.kind === 'data' ? readable(block.value) : textOf(block)).slice(0, 200);
}

/** What the model read now and had not read before, and what it no longer reads. */
export function changesElement(
  view: View,
  before: readonly number[],
  after: readonly number[],
): HTMLElement {
  const changes = changesBetween(before, after, view.items);
  const made = element('div', { class: 'context' });
  if (changes.every(({ kind }) => kind === 'kept')) {
    made.append(element('p', { class: 'empty' }, 'Nothing changed: it read the same.'));
  }
  made.append(...changes.map((change) => changeElement(view, change)));
  return made;
}

function changeElement(view: View, change: ContextChange): HTMLElement {
  if (change.kind === 'kept') return keptElement(view, change.items);
  const item = view.items[change.item];
  if (item === undefined) return element('div');
  if (change.kind !== 'changed') return itemElement(item, change.kind);
  const before = view.items[change.before];
  return element(
    'details',
    { class: 'item', 'data-role': item.role, 'data-mark': 'changed', open: true },
    itemSummary(item, 'changed'),
    diffElement(diffLines(itemText(before), itemText(item))),
  );
}

/** Made when it is opened: of a long context nearly all is kept. */
function keptElement(view: View, items: readonly number[]): HTMLElement {
  const made = element(
    'details',
    { class: 'unchanged' },
    element('summary', {}, items.length === 1 ? '1 unchanged' : `${items.length} unchanged`),
  );
  made.addEventListener(
    'toggle',
    () => made.append(...grouped(view, items).map((group) => groupElement(group, () => false))),
    { once: true },
  );
  return made;
}
