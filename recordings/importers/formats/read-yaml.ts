import {
  type Document,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
} from 'yaml';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';

/**
 * The item of a list of one, whose text begins at a line of its file; undefined when it repeats by name what is not in that text.
 * @throws ForeignInputError for what is not YAML.
 */
export function readYamlItem(text: string, firstLine: number): readonly [unknown] | undefined {
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
 * The items of a list that a text is, or of the first of these that it has at its root; undefined when it has none.
 * @throws ForeignInputError for what is not YAML.
 */
export function readYamlList(
  text: string,
  names: readonly string[],
): readonly { readonly line: number; readonly read: () => unknown }[] | undefined {
  const { document, lineAt } = parse(text, 1);
  const { contents } = document;
  const list: unknown = isMap(contents)
    ? names.map((name) => contents.get(name, true)).find((each) => isSeq(each))
    : contents;
  if (!isSeq(list)) return undefined;
  return list.items.map((item) => {
    const line = lineAt(isNode(item) ? (item.range?.[0] ?? 0) : 0);
    return {
      line,
      read: () => (isMap(item) ? resolve(() => item.toJS(document), line) : undefined),
    };
  });
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

/**
 * Plain values as PyYAML and Psych read what they write. Neither YAML 1.1 nor 1.2 does: one takes `y` for true, the other
 * `1e5` and `089` for numbers, and both are written plain when they are texts.
 */
const writerTags: readonly ScalarTag[] = [
  plain('null', /^(?:~|null|Null|NULL|)$/, () => null),
  plain('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  plain('bool', /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  plain('int', /^[-+]?(?:0|[1-9][0-9]*)$/, Number),
  plain('float', /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?$/, Number),
  binary('tag:yaml.org,2002:binary'),
  // As Psych writes it.
  binary('!binary'),
];

function plain(name: string, test: RegExp, resolvePlain: (text: string) => unknown): ScalarTag {
  return { tag: `tag:yaml.org,2002:${name}`, default: true, test, resolve: resolvePlain };
}

function binary(tag: string): ScalarTag {
  return { tag, resolve: (text) => Buffer.from(text, 'base64') };
}
