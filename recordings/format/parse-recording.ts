import { z } from 'zod';
import {
  type AnyRecording,
  type CallExchange,
  callExchangeSchemas,
  isSession,
} from './call-recording.ts';
import { checkReferences } from './check-references.ts';
import { formatVersion, headerSchema } from './header.ts';
import {
  type Definition,
  definitionSchema,
  type EventOutline,
  type Exchange,
  endSchema,
  eventsSchema,
  exchangeSchema,
  type Recording,
} from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';
import { RecordingKindError } from './recording-kind-error.ts';
import { editedLines, type Line, parseLine, wholeLinesOf } from './recording-lines.ts';
import { RecordingTornError } from './recording-torn-error.ts';
import { RecordingVersionError } from './recording-version-error.ts';

export interface ReadingOptions {
  /**
   * What a file that stops before its end line means: it is refused, by default, or opened up to its last whole line, as a
   * recording that says where it is torn.
   */
  readonly torn?: 'refuse' | 'open';
}

const anyLineSchema = z.looseObject({ t: z.string() });
const versionSchema = z.looseObject({ t: z.literal('recording'), v: z.unknown() });

/**
 * Reads a session's recording; `file` names it in errors. Lines changed after they were written are not an error: they are
 * told in `editedLines`, and a replay fails at what they changed.
 * @throws what `parseAnyRecording` throws, and RecordingKindError for what holds no session.
 */
export function parseRecording(
  text: string,
  file: string,
  options: ReadingOptions = {},
): Recording {
  const recording = parseAnyRecording(text, file, options);
  if (!isSession(recording)) throw new RecordingKindError(file, recording.header);
  return recording;
}

/**
 * Reads a recording of any kind.
 * @throws RecordingTornError when the text ends early, RecordingVersionError for a version this code does not know,
 * RecordingInvalidError for a line that is not what the format says.
 */
export function parseAnyRecording(
  text: string,
  file: string,
  { torn = 'refuse' }: ReadingOptions = {},
): AnyRecording {
  const lines = wholeLinesOf(text, file);
  const [first, ...rest] = lines;
  if (first === undefined) throw new RecordingTornError(file, 1);
  const header = readHeader(first, file);
  const isWhole = text.endsWith('\n') && isLast(rest, 'end', file);
  if (!isWhole && torn === 'refuse') throw new RecordingTornError(file, lines.length + 1);
  const last = isWhole ? rest.pop() : undefined;
  const finish = (counts: { readonly exchanges: number; readonly events: number }): Finish =>
    last === undefined
      ? { editedLines: [], tornAt: lines.length + 1 }
      : { editedLines: editedLines(lines.slice(0, -1), parseLine(endSchema, last, file), counts) };
  // Whoever writes a recording as it comes about writes a definition where it is first used.
  const inOrder = (body: readonly Line[]): readonly Line[] =>
    isWhole ? body : definitionsFirst(body, file);
  if (header.fidelity !== 'session') {
    const { definitions, exchanges } = readBody(
      callExchangeSchemas[header.fidelity],
      inOrder(rest),
      file,
    );
    return {
      header,
      definitions,
      exchanges,
      ...finish({ exchanges: exchanges.length, events: 0 }),
    };
  }
  const events =
    isWhole || isLast(rest, 'events', file) ? readEvents(rest.pop() ?? first, file) : noEvents;
  const { definitions, exchanges } = readBody(exchangeSchema, inOrder(rest), file);
  const counts = { exchanges: exchanges.length, events: events.outline.length };
  return { header, definitions, exchanges, events, ...finish(counts) };
}

type Finish = Pick<AnyRecording, 'editedLines' | 'tornAt'>;

/** What is known of the events of a session whose recording stops before them. */
const noEvents: EventOutline = { t: 'events', outline: [], hash: '' };

const readEvents = (line: Line, file: string): EventOutline => parseLine(eventsSchema, line, file);

const definitionTags = new Set<string>(['prompt', 'tool-definition'] satisfies Definition['t'][]);

function definitionsFirst(lines: readonly Line[], file: string): readonly Line[] {
  const isDefinition = (line: Line): boolean => definitionTags.has(tagOf(line, file));
  return [...lines.filter(isDefinition), ...lines.filter((line) => !isDefinition(line))];
}

/** What stands between the header and the events, or the end. */
function readBody<Each extends Exchange | CallExchange>(
  schema: z.ZodType<Each>,
  lines: readonly Line[],
  file: string,
): { readonly definitions: readonly Definition[]; readonly exchanges: readonly Each[] } {
  const found = lines.findIndex((line) => !definitionTags.has(tagOf(line, file)));
  const start = found === -1 ? lines.length : found;
  const definitions = lines.slice(0, start).map((line) => parseLine(definitionSchema, line, file));
  const exchanges = lines.slice(start).map((line) => parseLine(schema, line, file));
  checkReferences(file, { definitions, exchanges, lines });
  return { definitions, exchanges };
}

function readHeader(line: Line, file: string): AnyRecording['header'] {
  const version = versionSchema.safeParse(line.value);
  if (!version.success) {
    const { number } = line;
    throw new RecordingInvalidError({ file, line: number, reason: 'it is no header of one' });
  }
  if (version.data.v !== formatVersion) {
    throw new RecordingVersionError(file, version.data.v);
  }
  return parseLine(headerSchema, line, file);
}

/** Whether a text is the first line of a recording, of whatever version. */
export function isRecordingHeader(text: string): boolean {
  try {
    return versionSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function isLast(lines: readonly Line[], tag: string, file: string): boolean {
  const last = lines.at(-1);
  return last !== undefined && tagOf(last, file) === tag;
}

function tagOf(line: Line, file: string): string {
  const { value } = line;
  // A schema copies what it has looked at: of a long file's lines that is not for nothing.
  if (typeof value === 'object' && value !== null && 't' in value && typeof value.t === 'string') {
    return value.t;
  }
  return parseLine(anyLineSchema, line, file).t;
}
