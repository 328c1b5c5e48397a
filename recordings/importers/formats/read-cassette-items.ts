import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import { readYamlItem, readYamlLists } from '../yaml/read-yaml.ts';
import {
  type Document,
  documentsIn,
  type Slice,
  sliceLists,
  textOfDocument,
} from './slice-cassette.ts';

/** An exchange of a cassette as it stands there, and the line at which it begins. */
export interface CassetteItem {
  readonly line: number;
  /** @throws ForeignInputError when it is no YAML. */
  readonly read: () => unknown;
}

/** The lists of a cassette, by name; '' is the name of one that is the whole document. */
type Lists = ReadonlyMap<string, readonly CassetteItem[]>;

/** vcrpy's and go-vcr's; Ruby's, betamax's and R's; and LangChain's, which are two. */
const [exchangeLists, askedList, answeredList] = [
  ['', 'interactions', 'http_interactions'],
  'requests',
  'responses',
] as const;
const listNames: readonly string[] = [...exchangeLists, askedList, answeredList];

/** What YAML is read as a whole holds in memory many times over. */
const largestWhole = 16 * 1024 * 1024;

/**
 * The exchanges of a cassette in YAML or JSON: lists at its root, or under names there, in each of its documents; undefined
 * when it has none. In YAML each item is read by itself, as they stand one below the other: one that is torn leaves the others
 * whole, and a large cassette is held in memory once.
 * @throws ForeignInputError for what is neither.
 */
export function readCassetteItems(text: string): readonly CassetteItem[] | undefined {
  if (/^\s*[{[]/.test(text)) return exchangesIn(jsonLists(text));
  const documents = documentsIn(text).map((document) => ({
    line: document.line,
    items: exchangesIn(yamlLists(document)),
  }));
  if (documents.every(({ items }) => items === undefined)) return undefined;
  return documents.flatMap(({ line, items }) => items ?? [noCassette(line)]);
}

function noCassette(line: number): CassetteItem {
  return {
    line,
    read: () => {
      throw new ForeignInputError(line, 'this document of the file is no cassette');
    },
  };
}

/** A request and its answer stand in one item, or at the same places of two lists. */
function exchangesIn(lists: Lists): readonly CassetteItem[] | undefined {
  const found = exchangeLists.flatMap((name) => {
    const list = lists.get(name);
    return list === undefined ? [] : [list];
  });
  const asked = lists.get(askedList);
  const answered = lists.get(answeredList);
  if (asked !== undefined && answered !== undefined) found.push(paired(asked, answered));
  return found.length === 0 ? undefined : found.flat();
}

function paired(
  asked: readonly CassetteItem[],
  answered: readonly CassetteItem[],
): readonly CassetteItem[] {
  const [more, fewer] = asked.length < answered.length ? [answered, asked] : [asked, answered];
  return more.map(({ line }, index) => ({
    line: asked[index]?.line ?? line,
    read: () => {
      if (index >= fewer.length) {
        const missing = fewer === asked ? 'request' : 'answer';
        throw new ForeignInputError(line, `its ${missing} was not kept`);
      }
      return { request: asked[index]?.read(), response: answered[index]?.read() };
    },
  }));
}

function jsonLists(text: string): Lists {
  const root = readJsonFile(text);
  return new Map(
    listNames.flatMap((name) => {
      const list = name === '' ? root : fieldOf(root, name);
      if (!Array.isArray(list)) return list === null ? [[name, []]] : [];
      const lines = jsonItemLines(text, name === '' ? [] : [name]);
      return [
        [
          name,
          list.map((value: unknown, index) => ({ line: lines[index] ?? 1, read: () => value })),
        ],
      ];
    }),
  );
}

function fieldOf(value: unknown, property: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === property)?.[1]
    : undefined;
}

/** What repeats by name what stands elsewhere in its document is read with all of it. */
function yamlLists(document: Document): Lists {
  const slices = sliceLists(document, listNames);
  if (slices === undefined) return wholeLists(document);
  let whole: Lists | undefined;
  const itemOf =
    (name: string) =>
    ({ line, text }: Slice, index: number): CassetteItem => ({
      line,
      read: () => {
        const item = readYamlItem(text, line);
        if (item !== undefined) return item[0];
        whole ??= wholeLists(document);
        return whole.get(name)?.[index]?.read();
      },
    });
  return new Map([...slices].map(([name, items]) => [name, items.map(itemOf(name))]));
}

function wholeLists(document: Document): Lists {
  const { line } = document;
  const text = textOfDocument(document);
  if (text.length > largestWhole) {
    const reason = `it is larger than what is read as a whole (${largestWhole} characters)`;
    throw new ForeignInputError(line, reason);
  }
  return readYamlLists(text, { firstLine: line, names: listNames });
}
