import type { Json } from '#harness';
import type { WireBody } from '../../format/http-call.ts';
import { asJson } from '../../format/json.ts';
import { doneMarker } from '../../importers/openai/parse-event-stream.ts';

export type PlainBody = Exclude<WireBody, { events: readonly Json[] }>;

/** A body that is not a stream of events: JSON by its value, text as it is, all else as its bytes. */
export function readBody(bytes: Uint8Array, contentType: string): PlainBody {
  const text = textOf(bytes);
  if (text === undefined) return { base64: Buffer.from(bytes).toString('base64') };
  const json = /[/+]json\b/.test(contentType) ? parsed(text) : undefined;
  return json === undefined ? { text } : { json };
}

/** The text that bytes are; undefined for what is none. Zeros stand in no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The bytes without a character at their end that is not whole. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  const last = bytes.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0);
  const lead = bytes[last] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return last === -1 || last + length <= bytes.length ? bytes : bytes.subarray(0, last);
}

export type EventBody = Extract<WireBody, { events: readonly Json[] }>;

/**
 * The events of a stream, where their payloads and their types are all there is to say of them: comments, with which servers
 * keep a connection open, are no events. Undefined for any other stream. Of one that broke off, what is not whole is none.
 */
export function readEvents(
  text: string,
  { brokeOff }: { readonly brokeOff: boolean },
): EventBody | undefined {
  const events: Json[] = [];
  const names: (string | undefined)[] = [];
  const whole = brokeOff ? text.replace(/\r$/, '') : text;
  // Readers do not agree on where a line ends that has nothing but a carriage return.
  if (/\r(?!\n)/.test(whole)) return undefined;
  const blocks = whole.replaceAll('\r\n', '\n').split('\n\n');
  const tail = blocks.pop() ?? '';
  if (tail.trim() !== '' && !brokeOff) return undefined;
  for (const block of blocks) {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) continue;
    const fields = lines.map(fieldOf);
    const data = fields.filter(({ name }) => name === 'data').map(({ value }) => value);
    const name = fields.find((field) => field.name === 'event')?.value;
    if (fields.some((field) => field.name !== 'data' && field.name !== 'event')) return undefined;
    const payload = data.join('\n');
    const event = payload === doneMarker ? doneMarker : parsed(payload);
    if (data.length === 0 || event === undefined) return undefined;
    events.push(event);
    names.push(name);
  }
  if (names.every((name) => name === undefined)) return { events };
  const isNamed = events.every((event, index) => names[index] === typeOf(event));
  return isNamed ? { events, named: true } : undefined;
}

function fieldOf(line: string): { readonly name: string; readonly value: string } {
  const [name = '', ...rest] = line.split(':');
  return { name, value: rest.join(':').replace(/^ /, '') };
}

/** The type that the payload of an event says it has. */
export function typeOf(event: Json): string | undefined {
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  const type = isObject ? event['type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return asJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}
