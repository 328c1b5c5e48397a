import type { Json } from '#harness';
import { addressless, jsonSchema, openTextRedaction, redactText } from '#harness/values';

// A recording is data that people commit and send around: what identifies a person is out of it before it is anything else.
//
//   P1. The harness has taken out what it may not keep itself. Here e-mail addresses go too, and what a model says raw.
//   P2. Within a recording an address has one placeholder, numbered by first appearance.
//   P3. Ids and ciphertext are left as they are. What must be out and is not is found when the file is written.
//   P4. Where people or tools are live, a run says addresses and its recording placeholders: compared is that an address
//       stands there, not whose.

/** Ciphertext of a provider and bytes of files: random enough to hold any short pattern, and no text of anybody. */
export const ciphertextProperties: ReadonlySet<string> = new Set([
  'reasoningEncryptedContent',
  'encryptedContent',
  'encrypted_content',
  'signature',
  'base64',
]);
/** Ids of the provider's making. */
export const idProperties: ReadonlySet<string> = new Set([
  'callId',
  'toolCallId',
  'itemId',
  'responseId',
  'approvalId',
  // As providers spell them.
  'call_id',
  'tool_call_id',
  'item_id',
  'response_id',
  'previous_response_id',
]);

export interface RecordingRedaction {
  /** What people, tools and the harness said. */
  readonly said: (value: Json) => Json;
  readonly text: (text: string) => string;
  /** A part of a model's answer, its deltas folded. */
  readonly part: (part: Json) => Json;
}

/**
 * Takes out of one recording what it must not hold, in the order in which it is written. `inAnswers: 'as the harness'` is for a
 * session's: what it keeps of an answer has been redacted by itself, so that a replay keeps the same.
 */
export function createRecordingRedaction({
  inAnswers = 'as the rest',
}: {
  readonly inAnswers?: 'as the harness' | 'as the rest';
} = {}): RecordingRedaction {
  const text = openTextRedaction({ profile: 'outbound' });
  const said = (value: Json): Json => mapTexts(value, text);
  const raw = (value: string): string =>
    text(inAnswers === 'as the rest' ? value : redactText(value, { profile: 'stored' }).value);
  const rawJson = (value: string): string => {
    const parsed = parseJson(value);
    if (parsed === undefined) return raw(value);
    const clean = mapTexts(parsed, raw);
    return JSON.stringify(clean) === JSON.stringify(parsed) ? value : JSON.stringify(clean);
  };
  return {
    text,
    said,
    part: (part) => {
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return said(part);
      const { type, deltas, input } = part;
      if (Array.isArray(deltas)) {
        const whole = deltas.map(String).join('');
        const clean = type === 'tool-input-delta' ? rawJson(whole) : raw(whole);
        return clean === whole ? part : { ...part, deltas: [clean] };
      }
      return typeof input === 'string' ? { ...part, input: rawJson(input) } : said(part);
    },
  };
}

/** The value with `[e-mail]` for every address and for every placeholder of one. */
export function withoutAddresses(value: Json): Json {
  return mapTexts(value, addressless);
}

/**
 * The value as a recording may hold it, its placeholders without their numbers: what was recorded and what a run says are
 * the same where only what was taken out stands between them.
 */
export function withoutSecrets(value: Json): Json {
  return mapTexts(value, (text) =>
    redactText(text, { profile: 'outbound' }).value.replaceAll(numberedPlaceholder, '[$1]'),
  );
}

const numberedPlaceholder = /\[(card|iban|key|e-mail|cvv) \d{1,4}\]/g;

export function holdsAddress(text: string): boolean {
  return (
    text.includes('@') &&
    redactText(text, { profile: 'outbound' }).found.some(({ kind }) => kind === 'e-mail')
  );
}

/** What was recorded and what a run asks for, as they are to be compared. */
export function comparable(recorded: Json, asked: Json): readonly [recorded: Json, asked: Json] {
  return someText(asked, holdsAddress)
    ? [withoutAddresses(recorded), withoutAddresses(asked)]
    : [recorded, asked];
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, each]) => [
      property,
      isOpaque(property) ? each : mapTexts(each, change),
    ]),
  );
}

function someText(value: Json, holds: (text: string) => boolean): boolean {
  if (typeof value === 'string') return holds(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([property, each]) => !isOpaque(property) && someText(each, holds),
  );
}

const isOpaque = (property: string): boolean =>
  ciphertextProperties.has(property) || idProperties.has(property);

function parseJson(text: string): Json | undefined {
  try {
    return jsonSchema.parse(JSON.parse(text));
  } catch {
    // A model may hand over broken arguments: looked at as the text they are.
    return undefined;
  }
}
