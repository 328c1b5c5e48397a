/** A part of a text, and the line at which it begins. */
export interface Slice {
  readonly line: number;
  readonly text: string;
}

/** One of the documents of a YAML file. */
export interface Document extends Slice {
  /** Where its lines begin, and where the last one ends. A large file is not held a second time, line by line. */
  readonly starts: readonly number[];
}

const blank = /[^\S\n]*(?:#.*)?$/my;
const marker = /(?:---|\.\.\.)(?=\s|$)/y;
const directives = /^(?:%.*\n?)*$/;

/** The documents of a YAML file that hold anything. */
export function documentsIn(text: string): readonly Document[] {
  const starts = lineStarts(text);
  const lines = starts.slice(0, -1).flatMap((at, index) => (isAt(marker, text, at) ? [index] : []));
  return [0, ...lines].flatMap((first, index) => {
    const last = lines[index] ?? starts.length - 1;
    const own = starts.slice(first, last + 1);
    const document = { line: first + 1, text, starts: own };
    return isEmpty(document) ? [] : [document];
  });
}

/** The text of a document alone. */
export function textOfDocument({ text, starts }: Document): string {
  return text.slice(starts[0], starts.at(-1));
}

function isEmpty(document: Document): boolean {
  const { text, starts } = document;
  const isBlank = starts.slice(0, -1).every((at) => {
    const behind = isAt(marker, text, at) ? at + '---'.length : at;
    return isAt(blank, text, behind);
  });
  return isBlank || (text[starts[0] ?? 0] === '%' && directives.test(textOfDocument(document)));
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts.at(-1) === text.length ? starts : [...starts, text.length];
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/**
 * The texts of the items of the lists of these names, where the items stand as lines of their own; undefined where they do not.
 * A list that stands twice is one.
 */
export function sliceLists(
  document: Document,
  names: readonly string[],
): ReadonlyMap<string, readonly Slice[]> | undefined {
  const { text, line, starts } = document;
  const headers = names.map((name): readonly [RegExp, string] => [headerOf(name), name]);
  const lists = new Map<string, Slice[]>();
  const count = starts.length - 1;
  for (let index = 0; index < count; index += 1) {
    const at = starts[index] ?? 0;
    const name = isAt(ownLine, text, at) && headers.find(([header]) => isAt(header, text, at))?.[1];
    if (typeof name !== 'string') continue;
    const items = sliceItems(document, name === '' ? index : nextContent(document, index + 1));
    // It stands in one line, or in another manner.
    if (items === undefined) return undefined;
    const slices = items.map(({ from, to }) => ({
      line: line + from,
      text: text.slice(starts[from], starts[to]),
    }));
    lists.set(name, [...(lists.get(name) ?? []), ...slices]);
    index = Math.max(index, (items.at(-1)?.to ?? 0) - 1);
  }
  return lists.size === 0 ? undefined : lists;
}

/** A line that begins at the margin, and not as most do. */
const ownLine = /[-"'\w]/y;

const headerOf = (name: string): RegExp =>
  name === '' ? /-(?!--(?:\s|$))/y : new RegExp(`(["']?)${name}\\1:[^\\S\\n]*(?:#.*)?$`, 'my');

/** Of lines, the last one exclusive. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function nextContent({ text, starts }: Document, from: number): number {
  let index = from;
  while (index < starts.length - 1 && isAt(blank, text, starts[index] ?? 0)) index += 1;
  return index;
}

const dashAt = / *-(?=\s|$)/y;

/** The items of the list that begins at a line, none when no list does; undefined when what begins there is deeper. */
function sliceItems({ text, starts }: Document, begin: number): readonly Range[] | undefined {
  const count = starts.length - 1;
  const at = starts[begin] ?? text.length;
  dashAt.lastIndex = at;
  const dash = dashAt.exec(text)?.[0];
  if (begin >= count) return [];
  if (dash === undefined) return /\s/.test(text[at] ?? '') ? undefined : [];
  const deeper = ' '.repeat(dash.length);
  const items: number[] = [];
  let index = begin;
  for (; index < count; index += 1) {
    const start = starts[index] ?? 0;
    if (text.startsWith(deeper, start)) continue;
    if (text.startsWith(dash, start) && isAt(dashAt, text, start)) items.push(index);
    else if (!isAt(blank, text, start)) break;
  }
  return items.map((from, place) => ({ from, to: items[place + 1] ?? index }));
}
