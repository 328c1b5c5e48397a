import { z } from 'zod';
import {
  type AnyRecording,
  type CallExchange,
  callExchangeSchemas,
  isSession,
} from './call-recording.ts';
import { createReferenceCheck } from './check-references.ts';
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
import {
  editedLines,
  type FileLine,
  type Line,
  lineBreak,
  parseLine,
  readLine,
  wholeLinesOf,
} from './recording-lines.ts';
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
  content: string | Buffer,
  file: string,
  options: ReadingOptions = {},
): Recording {
  const recording = parseAnyRecording(content, file, options);
  if (!isSession(recording)) throw new RecordingKindError(file, recording.header);
  return recording;
}

/**
 * Reads a recording of any kind, one line at a time: beside what it holds there is never more than the file and a line.
 * @throws RecordingTornError when the file ends early, RecordingVersionError for a version this code does not know,
 * RecordingInvalidError for a line that is not what the format says.
 */
export function parseAnyRecording(
  content: string | Buffer,
  file: string,
  { torn = 'refuse' }: ReadingOptions = {},
): AnyRecording {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const lines = wholeLinesOf(bytes);
  const [first] = lines;
  if (first === undefined) throw new RecordingTornError(file, 1);
  const header = readHeader(readLine(first, file), file);
  const end = bytes.at(-1) === lineBreak ? lastLine(lines, 'end', file) : undefined;
  const isTorn = end === undefined;
  if (isTorn && torn === 'refuse') throw new RecordingTornError(file, lines.length + 1);
  const finish = (counts: { readonly exchanges: number; readonly events: number }): Finish =>
    isTorn
      ? { editedLines: [], tornAt: lines.length + 1 }
      : { editedLines: editedLines(lines.slice(0, -1), parseLine(endSchema, end, file), counts) };
  const body = lines.slice(1, isTorn ? undefined : -1);
  if (header.fidelity !== 'session') {
    const schema = callExchangeSchemas[header.fidelity];
    const { definitions, exchanges } = readBody(schema, body, { file, isTorn });
    const counts = { exchanges: exchanges.length, events: 0 };
    return { header, definitions, exchanges, ...finish(counts) };
  }
  const hasEvents = !isTorn || lastLine(body, 'events', file) !== undefined;
  const events = hasEvents ? readEvents(body.pop() ?? first, file) : noEvents;
  const { definitions, exchanges } = readBody(exchangeSchema, body, { file, isTorn });
  const counts = { exchanges: exchanges.length, events: events.outline.length };
  return { header, definitions, exchanges, events, ...finish(counts) };
}

type Finish = Pick<AnyRecording, 'editedLines' | 'tornAt'>;

/** What is known of the events of a session whose recording stops before them. */
const noEvents: EventOutline = { t: 'events', outline: [], hash: '' };

const readEvents = (line: FileLine, file: string): EventOutline =>
  parseLine(eventsSchema, readLine(line, file), file);

const definitionTags = new Set<string>(['prompt', 'tool-definition'] satisfies Definition['t'][]);

/** What stands between the header and the events, or the end. */
function readBody<Each extends Exchange | CallExchange>(
  schema: z.ZodType<Each>,
  lines: readonly FileLine[],
  { file, isTorn }: { readonly file: string; readonly isTorn: boolean },
): { readonly definitions: readonly Definition[]; readonly exchanges: readonly Each[] } {
  const definitions: Definition[] = [];
  const exchanges: Each[] = [];
  const references = createReferenceCheck(file);
  for (const each of lines) {
    const line = readLine(each, file);
    // Whoever writes a recording as it comes about writes a definition where it is first used.
    const mayDefine = isTorn || exchanges.length === 0;
    if (mayDefine && definitionTags.has(tagOf(line, file))) {
      const definition = parseLine(definitionSchema, line, file);
      references.definition(definition, line.number);
      definitions.push(definition);
    } else {
      const exchange = parseLine(schema, line, file);
      references.exchange(exchange, line.number);
      exchanges.push(exchange);
    }
  }
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

function lastLine(lines: readonly FileLine[], tag: string, file: string): Line | undefined {
  const last = lines.at(-1);
  const line = last === undefined ? undefined : readLine(last, file);
  return line !== undefined && tagOf(line, file) === tag ? line : undefined;
}

function tagOf(line: Line, file: string): string {
  const { value } = line;
  // A schema copies what it has looked at: of a long file's lines that is not for nothing.
  if (typeof value === 'object' && value !== null && 't' in value && typeof value.t === 'string') {
    return value.t;
  }
  return parseLine(anyLineSchema, line, file).t;
}
