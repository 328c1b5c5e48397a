import type { Json } from '#harness';

const inlineCharacters = 88;

/**
 * JSON as a person reads it, in lines: on one where it fits, else a line for each leaf, so that two of them differ in the
 * lines in which they differ. Texts keep their own lines and are never wrapped.
 */
export function showValue(value: Json): readonly string[] {
  const inline = inlineValue(value);
  if (inline.length <= inlineCharacters && !hasLines(value)) return [inline];
  if (typeof value === 'string') return value.includes('\n') ? textLines(value) : [inline];
  if (Array.isArray(value)) {
    return value.flatMap((each) => {
      const [first = '', ...rest] = showValue(each);
      return [`- ${first}`, ...indented(rest)];
    });
  }
  if (typeof value !== 'object' || value === null) return [inline];
  return Object.entries(value).flatMap(([key, each]) => {
    const lines = showValue(each);
    const name = showKey(key);
    const [only] = lines;
    return lines.length === 1 && only === inlineValue(each)
      ? [`${name}: ${only}`]
      : [`${name}:`, ...indented(lines)];
  });
}

/** Two spaces deeper. */
export function indented(lines: readonly string[], depth = 1): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${'  '.repeat(depth)}${line}`));
}

/** JSON on one line: `{ id: "A-17", total: 42.5 }`. */
export function inlineValue(value: Json): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[${value.map(inlineValue).join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, each]) => `${showKey(key)}: ${inlineValue(each)}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function textLines(text: string): readonly string[] {
  return text.split('\n').map((line) => (line === '' ? '|' : `| ${line}`));
}

function showKey(key: string): string {
  return /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
}

function hasLines(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\n');
  return isNested(value) && Object.values(value).some(hasLines);
}

function isNested(value: Json): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}
