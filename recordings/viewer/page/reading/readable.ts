import type { Block, Item, Json } from '../../view.ts';

/** A line of a value: where it stands in it, and what it says there. */
export interface ReadableLine {
  readonly key: string;
  readonly text: string;
}

const indent = 2;

/** A value as people read it: a line for each thing in it, and texts as they are, not escaped. */
export function readableLines(value: Json, key = ''): readonly ReadableLine[] {
  if (typeof value === 'string') return textLines(value, key);
  if (value === null || typeof value !== 'object') return [{ key, text: String(value) }];
  const entries = isList(value)
    ? value.map((each): [string, Json] => ['- ', each])
    : Object.entries(value).map(([name, each]): [string, Json] => [`${name}: `, each]);
  if (entries.length === 0) return [{ key, text: isList(value) ? '[]' : '{}' }];
  if (key.endsWith('- ')) {
    // What stands in a list begins on the line of its dash.
    const below = ' '.repeat(key.length);
    return entries.flatMap(([name, each], at) =>
      readableLines(each, (at === 0 ? key : below) + name),
    );
  }
  const inside = insideOf(key);
  const lines = entries.flatMap(([name, each]) => readableLines(each, inside + name));
  return key === '' ? lines : [{ key: key.trimEnd(), text: '' }, ...lines];
}

/** A text of several lines stands under its key. */
function textLines(text: string, key: string): readonly ReadableLine[] {
  const lines = text.split('\n');
  if (key === '') return lines.map((line) => ({ key, text: line }));
  if (lines.length === 1) return [{ key, text }];
  const inside = insideOf(key);
  return [{ key: key.trimEnd(), text: '' }, ...lines.map((line) => ({ key: inside, text: line }))];
}

const insideOf = (key: string): string =>
  key === '' ? '' : ' '.repeat((/^[ -]*/.exec(key)?.[0].length ?? 0) + indent);

export function readable(value: Json): string {
  return readableLines(value)
    .map(({ key, text }) => key + text)
    .join('\n');
}

/** What a block says, as text to be searched and compared. */
export function textOf(block: Block): string {
  if (block.kind === 'data') return `${block.label}\n${readable(block.value)}`;
  return block.kind === 'change' ? changeText(block) : block.text;
}

function changeText({ label, ...change }: Extract<Block, { kind: 'change' }>): string {
  return [label, ...rowsOfChange(change).map((row) => row ?? '(none)')].join('\n');
}

/** A row before and after, as people read it; undefined where there is none. */
export function rowsOfChange({
  before,
  after,
}: Pick<Extract<Block, { kind: 'change' }>, 'before' | 'after'>): readonly (string | undefined)[] {
  return [before, after].map((row) => (row === undefined ? undefined : readable(row)));
}

/** The same of an item; its title goes for itself. */
export function itemText(item: Item | undefined): string {
  return item?.blocks.map(textOf).join('\n') ?? '';
}

/** `Array.isArray` does not know lists that may only be read. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
