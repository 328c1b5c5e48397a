import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { isCanonical } from './canonical-guard.ts';
import type { RecordingEnd } from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';
import { createDigests } from './serialize-recording.ts';

/** A line of a recording's file as it stands there, without its line break. */
export interface FileLine {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** A line, read as JSON. */
export interface Line {
  readonly number: number;
  readonly value: unknown;
}

export const lineBreak = 0x0a;

/** The lines that are whole: what stands behind the last line break is none. */
export function wholeLinesOf(file: Buffer): readonly FileLine[] {
  const lines: FileLine[] = [];
  let start = 0;
  for (let end = file.indexOf(lineBreak); end !== -1; end = file.indexOf(lineBreak, start)) {
    lines.push({ number: lines.length + 1, bytes: file.subarray(start, end) });
    start = end + 1;
  }
  return lines;
}

/** @throws RecordingInvalidError for a line that is not JSON, in UTF-8. */
export function readLine({ number, bytes }: FileLine, file: string): Line {
  if (!isUtf8(bytes)) {
    throw new RecordingInvalidError({ file, line: number, reason: 'it is not UTF-8' });
  }
  try {
    return { number, value: JSON.parse(bytes.toString()) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RecordingInvalidError({ file, line: number, reason: `it is not JSON (${reason})` });
  }
}

/** @throws RecordingInvalidError naming the line and what is wrong with it. */
export function parseLine<Output>(schema: z.ZodType<Output>, line: Line, file: string): Output {
  if (isCanonical(schema, line.value)) return line.value;
  const parsed = schema.safeParse(line.value);
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new RecordingInvalidError({ file, line: line.number, reason });
}

/** Numbers of the lines that do not match the end line; its own number when it does not match itself. */
export function editedLines(
  lines: readonly FileLine[],
  end: RecordingEnd,
  counts: { readonly exchanges: number; readonly events: number },
): readonly number[] {
  const digests = createDigests();
  for (const { bytes } of lines) digests.add(bytes);
  const expected = digests.end(counts);
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
