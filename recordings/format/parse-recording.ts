import { z } from 'zod';
import { checkReferences } from './check-references.ts';
import {
  type Definition,
  definitionSchema,
  endSchema,
  eventsSchema,
  exchangeSchema,
  formatVersion,
  headerSchema,
  type Recording,
  type RecordingEnd,
} from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';
import { RecordingTornError } from './recording-torn-error.ts';
import { RecordingVersionError } from './recording-version-error.ts';
import { endOf } from './serialize-recording.ts';

const anyLineSchema = z.looseObject({ t: z.string() });
const versionSchema = z.looseObject({ t: z.literal('recording'), v: z.unknown() });

interface Line {
  readonly number: number;
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads a recording's text; `file` names it in errors. Lines changed after they were written are not an error: they are
 * told in `editedLines`, and a replay fails at what they changed.
 * @throws RecordingTornError when the text ends early, RecordingVersionError for a version this code does not know,
 * RecordingInvalidError for a line that is not what the format says.
 */
export function parseRecording(text: string, file: string): Recording {
  const lines = linesOf(text, file);
  const [first, ...rest] = lines;
  if (first === undefined) throw new RecordingTornError(file, 1);
  const header = readHeader(first, file);
  const last = rest.pop();
  if (last === undefined || tagOf(last, file) !== 'end') {
    throw new RecordingTornError(file, lines.length + 1);
  }
  const end = parseLine(endSchema, last, file);
  const eventLine = rest.pop() ?? last;
  const events = parseLine(eventsSchema, eventLine, file);
  const isExchange = (line: Line): boolean => !definitionTags.has(tagOf(line, file));
  const start = rest.findIndex(isExchange);
  const body = start === -1 ? [] : rest.slice(start);
  const definitions = rest
    .slice(0, rest.length - body.length)
    .map((line) => parseLine(definitionSchema, line, file));
  const exchanges = body.map((line) => parseLine(exchangeSchema, line, file));
  checkReferences(file, definitions, exchanges);
  return {
    header,
    definitions,
    exchanges,
    events,
    editedLines: editedLines(lines.slice(0, -1), end, {
      exchanges: exchanges.length,
      events: events.outline.length,
    }),
  };
}

const definitionTags = new Set<string>(['prompt', 'tool-definition'] satisfies Definition['t'][]);

function linesOf(text: string, file: string): readonly Line[] {
  const pieces = text.split('\n');
  const torn = pieces.pop() !== '';
  if (torn) throw new RecordingTornError(file, pieces.length + 1);
  return pieces.map((piece, index) => ({
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

function readHeader(line: Line, file: string): Recording['header'] {
  const version = versionSchema.safeParse(line.value);
  if (version.success && version.data.v !== formatVersion) {
    throw new RecordingVersionError(file, version.data.v);
  }
  return parseLine(headerSchema, line, file);
}

function tagOf(line: Line, file: string): string {
  return parseLine(anyLineSchema, line, file).t;
}

function parseLine<Output>(schema: z.ZodType<Output>, line: Line, file: string): Output {
  const parsed = schema.safeParse(line.value);
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new RecordingInvalidError({ file, line: line.number, reason });
}

/** Numbers of the lines that do not match the end line; its own number when it does not match itself. */
function editedLines(
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
