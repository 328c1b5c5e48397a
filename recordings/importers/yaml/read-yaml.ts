import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
} from 'yaml';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { readPlainYaml } from './read-plain-yaml.ts';
import { plainTags } from './resolve-plain.ts';

/**
 * The item of a list of one, whose text begins at a line of its file; undefined when it repeats by name what is not in that text.
 * @throws ForeignInputError for what is not YAML.
 */
export function readYamlItem(text: string, firstLine: number): readonly [unknown] | undefined {
  const plain = readPlainYaml(text)?.value;
  return Array.isArray(plain) ? [plain[0]] : readWholeItem(text, firstLine);
}

/** As `readYamlItem`, whatever part of YAML its text is of. */
export function readWholeItem(text: string, firstLine: number): readonly [unknown] | undefined {
  const { document } = parse(text, firstLine);
  if (!isSeq(document.contents)) throw new ForeignInputError(firstLine, 'it is no item of a list');
  try {
    const [value]: readonly unknown[] = document.toJS();
    return [value];
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/**
 * The items of a list that a text is ('' is its name), and of those that it has under these names at its root.
 * @throws ForeignInputError for what is not YAML.
 */
export function readYamlLists(
  text: string,
  { firstLine, names }: { readonly firstLine: number; readonly names: readonly string[] },
): ReadonlyMap<string, readonly YamlItem[]> {
  const { document, lineAt } = parse(text, firstLine);
  const { contents } = document;
  const itemOf = (item: unknown): YamlItem => {
    const line = lineAt(isNode(item) ? (item.range?.[0] ?? 0) : 0);
    const read = (): unknown =>
      isMap(item) ? resolve(() => item.toJS(document), line) : undefined;
    return { line, read };
  };
  return new Map(
    names.flatMap((name): [string, readonly YamlItem[]][] => {
      const list: unknown = name === '' ? contents : isMap(contents) && contents.get(name, true);
      if (isSeq(list)) return [[name, list.items.map(itemOf)]];
      return name !== '' && isScalar(list) && list.value === null ? [[name, []]] : [];
    }),
  );
}

interface YamlItem {
  readonly line: number;
  readonly read: () => unknown;
}

interface Parsed {
  readonly document: Document.Parsed;
  readonly lineAt: (offset: number) => number;
}

function parse(text: string, firstLine: number): Parsed {
  const lines = new LineCounter();
  const lineAt = (offset: number): number =>
    firstLine - 1 + Math.max(1, lines.linePos(offset).line);
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    // The last one stands, as for what wrote it.
    uniqueKeys: false,
    schema: 'failsafe',
    customTags: [...writerTags],
  });
  const [error] = document.errors;
  if (error === undefined) return { document, lineAt };
  throw new ForeignInputError(lineAt(error.pos[0]), `it is not YAML (${error.code})`);
}

/** Aliases that multiply without end are refused by the parser only here. */
function resolve(read: () => unknown, line: number): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReferenceError) {
      throw new ForeignInputError(line, 'its aliases lead nowhere or too far');
    }
    throw error;
  }
}

const writerTags: readonly ScalarTag[] = [
  ...plainTags.map(
    ({ name, test, resolve: resolvePlain }): ScalarTag => ({
      tag: `tag:yaml.org,2002:${name}`,
      default: true,
      test,
      resolve: resolvePlain,
    }),
  ),
  binary('tag:yaml.org,2002:binary'),
  // As Psych writes it.
  binary('!binary'),
];

function binary(tag: string): ScalarTag {
  return { tag, resolve: (text) => Buffer.from(text, 'base64') };
}
