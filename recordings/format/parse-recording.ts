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
  importedVersion,
  type Recording,
} from './recording.ts';
import { RecordingImportedError } from './recording-imported-error.ts';
import { editedLines, type Line, linesOf, parseLine } from './recording-lines.ts';
import { RecordingTornError } from './recording-torn-error.ts';
import { RecordingVersionError } from './recording-version-error.ts';

const anyLineSchema = z.looseObject({ t: z.string() });
const versionSchema = z.looseObject({ t: z.literal('recording'), v: z.unknown() });

/**
 * Reads a recording's text; `file` names it in errors. Lines changed after they were written are not an error: they are
 * told in `editedLines`, and a replay fails at what they changed.
 * @throws RecordingTornError when the text ends early, RecordingVersionError for a version this code does not know,
 * RecordingImportedError for what was imported and is no session, RecordingInvalidError for a line that is not what the format says.
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

function readHeader(line: Line, file: string): Recording['header'] {
  const version = versionSchema.safeParse(line.value);
  if (version.success && version.data.v === importedVersion) throw new RecordingImportedError(file);
  if (version.success && version.data.v !== formatVersion) {
    throw new RecordingVersionError(file, version.data.v);
  }
  return parseLine(headerSchema, line, file);
}

function tagOf(line: Line, file: string): string {
  return parseLine(anyLineSchema, line, file).t;
}
