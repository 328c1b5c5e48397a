/** A part of a text, and the line at which it begins. */
export interface Slice {
  readonly line: number;
  readonly text: string;
}

/** One of the documents of a YAML file. */
export interface Document extends Slice {
  readonly lines: readonly string[];
}

const blank = /^\s*(?:#.*)?$/;
const marker = /^(?:---|\.\.\.)(?=\s|$)/;

/** The documents of a YAML file that hold anything. */
export function documentsIn(text: string): readonly Document[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((content, index) => (marker.test(content) ? [index] : []));
  return [0, ...starts].flatMap((start, index) => {
    const own = lines.slice(start, starts[index] ?? lines.length);
    const isEmpty = own.every((content) => blank.test(content.replace(marker, '')));
    return isEmpty || own.every((content) => content.startsWith('%'))
      ? []
      : [{ line: start + 1, lines: own, text: starts.length === 0 ? text : own.join('\n') }];
  });
}

/**
 * The texts of the items of the lists of these names, where the items stand as lines of their own; undefined where they do not.
 * A list that stands twice is one.
 */
export function sliceLists(
  { line, lines }: Document,
  names: readonly string[],
): ReadonlyMap<string, readonly Slice[]> | undefined {
  const headers = new Map(names.map((name): [RegExp, string] => [headerOf(name), name]));
  const lists = new Map<string, Slice[]>();
  for (let at = 0; at < lines.length; at += 1) {
    const content = lines[at] ?? '';
    const isRoot = names.includes('') && content.startsWith('-') && !marker.test(content);
    const name = isRoot ? '' : [...headers].find(([header]) => header.test(content))?.[1];
    if (name === undefined) continue;
    const items = sliceItems(lines, isRoot ? at : nextContent(lines, at + 1));
    // It stands in one line, or in another manner.
    if (items === undefined) return undefined;
    const slices = items.map((item) => ({ line: line + item.from, text: textOf(lines, item) }));
    lists.set(name, [...(lists.get(name) ?? []), ...slices]);
    at = (items.at(-1)?.to ?? at + 1) - 1;
  }
  return lists.size === 0 ? undefined : lists;
}

const headerOf = (name: string): RegExp =>
  name === '' ? /^(?!)/ : new RegExp(`^(["']?)${name}\\1:\\s*(?:#.*)?$`);

interface Range {
  readonly from: number;
  readonly to: number;
}

const textOf = (lines: readonly string[], { from, to }: Range): string =>
  lines.slice(from, to).join('\n');

function nextContent(lines: readonly string[], from: number): number {
  const found = lines.findIndex((content, index) => index >= from && !blank.test(content));
  return found === -1 ? lines.length : found;
}

/** The items of the list that begins at a line, none when no list does; undefined when what begins there is deeper. */
function sliceItems(lines: readonly string[], begin: number): readonly Range[] | undefined {
  const first = lines[begin] ?? '';
  const dash = /^ *-(?=\s|$)/.exec(first)?.[0];
  if (dash === undefined) return /^\s/.test(first) ? undefined : [];
  const deeper = ' '.repeat(dash.length);
  const starts: number[] = [];
  let at = begin;
  for (; at < lines.length; at += 1) {
    const content = lines[at] ?? '';
    const isItem = content.startsWith(dash) && /^(?:\s|$)/.test(content.slice(dash.length));
    if (isItem) starts.push(at);
    else if (!content.startsWith(deeper) && !blank.test(content)) break;
  }
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? at }));
}
