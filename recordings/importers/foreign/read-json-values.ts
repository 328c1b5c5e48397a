import type { Left } from '../importer.ts';
import { jsonFaultLine } from './read-json-file.ts';

/** A value that stands in a text, from its line on. */
export interface JsonValue {
  readonly line: number;
  readonly text: string;
  readonly value: unknown;
}

/**
 * The JSON values that a text holds: one, one a line, or one below the other as consoles print them, perhaps between lines of
 * other things. What begins like a value and is none is told.
 */
export function readJsonValues(text: string): {
  readonly values: readonly JsonValue[];
  readonly left: readonly Left[];
} {
  const whole = parse(text);
  if ('value' in whole) return { values: [{ line: 1, text, value: whole.value }], left: [] };
  const values: JsonValue[] = [];
  const left: Left[] = [];
  for (const piece of piecesOf(text)) {
    const parsed = parse(piece.text);
    if ('value' in parsed) values.push({ ...piece, value: parsed.value });
    else left.push({ line: piece.line - 1 + parsed.faultLine, reason: 'it is not whole JSON' });
  }
  return { values, left };
}

function parse(text: string): { readonly value: unknown } | { readonly faultLine: number } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { faultLine: jsonFaultLine(error, text) };
  }
}

/** A piece begins at a bracket at the margin and ends in its line or at the next bracket at the margin. */
function piecesOf(text: string): readonly { readonly line: number; readonly text: string }[] {
  const pieces: { readonly line: number; readonly text: string }[] = [];
  let open: { readonly line: number; readonly lines: string[] } | undefined;
  const close = (): void => {
    if (open !== undefined) pieces.push({ line: open.line, text: open.lines.join('\n') });
    open = undefined;
  };
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const begins = /^[{[]/.test(content);
    if (begins) close();
    if (begins) open = { line: index + 1, lines: [content] };
    else open?.lines.push(content);
    const isWhole = begins && /[}\]]\s*$/.test(content) && 'value' in parse(content);
    if (isWhole || /^[}\]]\s*,?\s*$/.test(content)) close();
  }
  close();
  return pieces;
}
