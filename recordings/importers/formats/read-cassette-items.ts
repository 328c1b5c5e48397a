import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import { readYamlItem, readYamlList } from './read-yaml.ts';

/** An item of a cassette's list, and the line at which it begins. */
export interface CassetteItem {
  readonly line: number;
  /** @throws ForeignInputError when it is no YAML. */
  readonly read: () => unknown;
}

/** vcrpy's and go-vcr's; Ruby's, betamax's and R's. */
const listNames = ['interactions', 'http_interactions'];

/** What YAML is read as a whole holds in memory many times over. */
const largestWhole = 16 * 1024 * 1024;

/**
 * The exchanges of a cassette in YAML or JSON: a list at its root, or under a name there; undefined when it has none. In YAML
 * each item is read by itself, as they stand one below the other: one that is torn leaves the others whole, and a large
 * cassette is held in memory once.
 * @throws ForeignInputError for what is neither.
 */
export function readCassetteItems(text: string): readonly CassetteItem[] | undefined {
  if (/^\s*[{[]/.test(text)) return jsonItems(text);
  const slices = sliceItems(text);
  if (slices === undefined) return wholeItems(text);
  let whole: readonly CassetteItem[] | undefined;
  return slices.map(({ line, text: slice }, index) => ({
    line,
    read: () => {
      const item = readYamlItem(slice, line);
      if (item !== undefined) return item[0];
      // It repeats by name what stands elsewhere in the file.
      whole ??= wholeItems(text);
      return whole?.[index]?.read();
    },
  }));
}

function jsonItems(text: string): readonly CassetteItem[] | undefined {
  const root = readJsonFile(text);
  const name = listNames.find((each) => Array.isArray(fieldOf(root, each)));
  const list = name === undefined ? root : fieldOf(root, name);
  if (!Array.isArray(list)) return undefined;
  const lines = jsonItemLines(text, name === undefined ? [] : [name]);
  return list.map((value: unknown, index) => ({ line: lines[index] ?? 1, read: () => value }));
}

function fieldOf(value: unknown, property: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === property)?.[1]
    : undefined;
}

function wholeItems(text: string): readonly CassetteItem[] | undefined {
  if (text.length > largestWhole) {
    throw new ForeignInputError(1, `it is larger than what is read as a whole (${largestWhole})`);
  }
  return readYamlList(text, listNames);
}

interface Slice {
  readonly line: number;
  readonly text: string;
}

const listHeader = new RegExp(`^(?:${listNames.join('|')}):\\s*(?:#.*)?$`);
const blank = /^\s*(?:#.*)?$/;

/** The texts of the items, where they stand as lines of their own; undefined where they do not. */
function sliceItems(text: string): readonly Slice[] | undefined {
  const lines = text.split('\n');
  const begin = beginOfList(lines);
  const first = lines[begin];
  if (first === undefined) return undefined;
  const dash = /^ *-(?=\s|$)/.exec(first)?.[0];
  if (dash === undefined) return undefined;
  const deeper = ' '.repeat(dash.length);
  const slices: Slice[] = [];
  let item: string[] = [];
  let line = begin + 1;
  for (const [index, content] of lines.entries()) {
    if (index < begin) continue;
    const isItem = content.startsWith(dash) && /^(?:\s|$)/.test(content.slice(dash.length));
    if (!isItem && !content.startsWith(deeper) && !blank.test(content)) break;
    if (isItem && index > begin) {
      slices.push({ line, text: item.join('\n') });
      item = [];
      line = index + 1;
    }
    item.push(content);
  }
  return [...slices, { line, text: item.join('\n') }];
}

const isContent = (content: string): boolean => !blank.test(content) && !/^(?:---|%)/.test(content);

/** The line of a list's first item: below a name that is one of a cassette's, or at the root. */
function beginOfList(lines: readonly string[]): number {
  const root = lines.findIndex(isContent);
  if (lines[root]?.startsWith('-') === true) return root;
  const header = lines.findIndex((content) => listHeader.test(content));
  if (header === -1) return -1;
  return lines.findIndex((content, index) => index > header && isContent(content));
}
