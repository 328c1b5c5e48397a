import { isMap, isNode, isSeq, LineCounter, parseDocument, type ScalarTag } from 'yaml';
import { ForeignInputError } from '../foreign-input-error.ts';

/** An item of a list in a YAML file, and the line at which it begins. */
export interface YamlItem {
  readonly line: number;
  readonly value: unknown;
}

/**
 * The items of the first of these lists that a YAML or JSON text has at its root; undefined when it has none.
 * @throws ForeignInputError for what is not YAML.
 */
export function readYamlList(
  text: string,
  names: readonly string[],
): readonly YamlItem[] | undefined {
  const lines = new LineCounter();
  const isJson = text.trimStart().startsWith('{');
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    ...(isJson ? { schema: 'json' } : { schema: 'failsafe', customTags: [...writerTags] }),
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const reason = `it is not ${isJson ? 'JSON' : 'YAML'} (${error.code})`;
    throw new ForeignInputError(lineAt(lines, error.pos[0]), reason);
  }
  const { contents } = document;
  if (!isMap(contents)) return undefined;
  const list: unknown = names.map((name) => contents.get(name, true)).find((each) => isSeq(each));
  if (!isSeq(list)) return undefined;
  return list.items.map((item) => {
    const line = lineAt(lines, rangeStart(item));
    return { line, value: isMap(item) ? resolve(() => item.toJS(document), line) : undefined };
  });
}

function rangeStart(item: unknown): number {
  return isNode(item) ? (item.range?.[0] ?? 0) : 0;
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
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
