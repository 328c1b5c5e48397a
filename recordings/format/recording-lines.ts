import { z } from 'zod';
import type { RecordingEnd } from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';
import { endOf } from './serialize-recording.ts';

/** A line of a recording's file, read as JSON. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly value: unknown;
}

/**
 * The lines that are whole: what stands behind the last line break is none.
 * @throws RecordingInvalidError for a line that is not JSON.
 */
export function wholeLinesOf(text: string, file: string): readonly Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((piece, index) => ({
      number: index + 1,
      text: piece,
      value: readJson(piece, index + 1, file),
    }));
}

function readJson(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RecordingInvalidError({ file, line, reason: `it is not JSON (${reason})` });
  }
}

/** @throws RecordingInvalidError naming the line and what is wrong with it. */
export function parseLine<Output>(schema: z.ZodType<Output>, line: Line, file: string): Output {
  const parsed = schema.safeParse(line.value);
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new RecordingInvalidError({ file, line: line.number, reason });
}

/** Numbers of the lines that do not match the end line; its own number when it does not match itself. */
export function editedLines(
  lines: readonly Line[],
  end: RecordingEnd,
  counts: { readonly exchanges: number; readonly events: number },
): readonly number[] {
  const expected = endOf(
    lines.map(({ text }) => text),
    counts,
  );
  const changed = expected.lines.flatMap((digest, index) =>
    digest === end.lines[index] ? [] : [index + 1],
  );
  // With a line added or taken away all that follow seem changed: only the first is known to be.
  if (expected.lines.length !== end.lines.length) return [changed[0] ?? lines.length + 1];
  const isWhole =
    expected.hash === end.hash &&
    expected.exchanges === end.exchanges &&
    expected.events === end.events;
  return changed.length > 0 || isWhole ? changed : [lines.length + 1];
}
