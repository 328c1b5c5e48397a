import { ForeignInputError } from './foreign-input-error.ts';

/** The value that a file's text is. @throws ForeignInputError naming the line at which it is no JSON. */
export function readJsonFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ForeignInputError(jsonFaultLine(error, text), 'the file is not whole JSON');
  }
}

/** The line at which a text is no JSON, as the parser says it; all else that it says may repeat what it read. */
export function jsonFaultLine(error: unknown, text: string): number {
  const said = error instanceof Error ? error.message : '';
  if (said.startsWith('Unexpected end')) return text.trimEnd().split('\n').length;
  return Number(/\(line (\d+) column \d+\)$/.exec(said)?.[1] ?? 1);
}
