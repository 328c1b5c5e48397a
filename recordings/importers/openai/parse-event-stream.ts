import type { Json } from '#harness';
import { asJson } from '../../format/json.ts';
import { UnrecordableError } from '../../format/unrecordable-error.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';

/** What ends a stream of Chat Completions. */
export const doneMarker = '[DONE]';

/**
 * The payloads of server-sent events, after the HTML standard's rules: several `data:` lines make one payload, comments,
 * names and ids are passed over. `firstLine` is where the text begins in its file.
 * @throws ForeignInputError for a line of no event and for a payload that is not JSON.
 */
export function parseEventStream(text: string, firstLine: number): readonly Json[] {
  const payloads: Json[] = [];
  let data: string[] = [];
  let began = firstLine;
  const flush = (): void => {
    if (data.length > 0) payloads.push(readPayload(data.join('\n'), began));
    data = [];
  };
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    const line = firstLine + index;
    if (content === '') flush();
    else if (content.startsWith('data:')) {
      if (data.length === 0) began = line;
      data.push(content.slice('data:'.length).replace(/^ /, ''));
    } else if (!/^(?::|(?:event|id|retry)(?::|$))/.test(content)) {
      throw new ForeignInputError(line, 'it is no line of an event stream');
    }
  }
  flush();
  return payloads;
}

/** One payload: JSON, or the marker of the end. */
export function readPayload(text: string, line: number): Json {
  if (text.trim() === doneMarker) return doneMarker;
  return readJson(text, line, 'an event of the stream');
}

/** @throws ForeignInputError saying that `what` is not JSON. */
export function readJson(text: string, line: number, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words repeat what it read, which may be a secret.
    throw new ForeignInputError(line, `${what} is not whole JSON`);
  }
  if (losesDigits(text)) {
    throw new ForeignInputError(
      line,
      `${what} holds a whole number of more digits than JSON keeps`,
    );
  }
  try {
    return asJson(value);
  } catch (error) {
    if (!(error instanceof UnrecordableError)) throw error;
    throw new ForeignInputError(line, `${what} holds a number beyond all numbers`);
  }
}

/** Parsing rounds whole numbers beyond 2^53, and nothing says so. */
function losesDigits(text: string): boolean {
  if (!/[:[,\s]-?\d{16,}\s*[,}\]]/.test(text)) return false;
  let isLost = false;
  // The types of the language do not know the third of what a reviver is told.
  const look = (_: string, value: unknown, { source = '' }: Source = {}): unknown => {
    if (typeof value === 'number' && /^-?\d{16,}$/.test(source)) {
      isLost ||= BigInt(source) !== BigInt(value);
    }
    return value;
  };
  JSON.parse(text, look);
  return isLost;
}

interface Source {
  readonly source?: string;
}
