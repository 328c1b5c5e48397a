import { z } from 'zod';
import { type Json, jsonSchema } from '#harness';
import { collect } from '../foreign/collect.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import type { Harvest } from '../importer.ts';
import { doneMarker, readPayload } from '../openai/parse-event-stream.ts';
import { type UnplacedExchange, wholeAnswer, wholeStream } from '../openai/read-openai-exchange.ts';

/** A payload, or why there is none. */
interface Payload {
  readonly line: number;
  readonly value: Json;
  readonly fault?: ForeignInputError;
}

const losses = ['requests', 'status and headers of answers', 'timings'];

/**
 * OpenAI's answers without what was asked: one payload a line, with or without `data:`, a list of payloads, one answer as JSON, or the
 * answers of a batch. Several answers in a file stand one after the other.
 */
export function readOpenAiAnswers(text: string): Harvest {
  const payloads = (wholeJson(text) ?? payloadsIn(text)).map(unbatched);
  // One value over several lines, and torn: then no line is a payload, and none is at fault but one.
  if (/^\s*[{[]/.test(text) && payloads.every(({ fault }) => fault !== undefined))
    readJsonFile(text);
  if (payloads.length === 0) throw new ForeignInputError(1, 'it holds no payload');
  const { taken, left } = collect(answersIn(payloads), readAnswer);
  return { found: [{ fidelity: 'response-only', losses, exchanges: taken }], left };
}

/** The payloads of a text that is one value; undefined when there is more than one, or none: the lines will tell. */
function wholeJson(text: string): readonly Payload[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let whole: Json;
  try {
    whole = readPayload(text, 1);
  } catch (error) {
    if (error instanceof ForeignInputError) return undefined;
    throw error;
  }
  if (!Array.isArray(whole)) return [{ line: 1, value: whole }];
  const lines = jsonItemLines(text, []);
  return whole.map((value, index) => ({ line: lines[index] ?? 1, value }));
}

/** Each line is a payload, unless those of one event make one together. */
function payloadsIn(text: string): readonly Payload[] {
  const payloads: Payload[] = [];
  let event: { readonly line: number; readonly data: string }[] = [];
  const flush = (): void => {
    payloads.push(...payloadsOf(event));
    event = [];
  };
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    if (!content.startsWith('data:')) flush();
    if (content.trim() === '' || /^(?::|(?:event|id|retry):)/.test(content)) continue;
    event.push({ line: index + 1, data: content.replace(/^data: ?/, '') });
  }
  flush();
  return payloads;
}

function payloadsOf(
  event: readonly { readonly line: number; readonly data: string }[],
): readonly Payload[] {
  const [first] = event;
  const each = event.map(({ line, data }) => payloadOf(data, line));
  if (first === undefined || each.every(({ fault }) => fault === undefined)) return each;
  const together = payloadOf(event.map(({ data }) => data).join('\n'), first.line);
  return together.fault === undefined ? [together] : each;
}

function payloadOf(text: string, line: number): Payload {
  try {
    return { line, value: readPayload(text, line) };
  } catch (error) {
    if (!(error instanceof ForeignInputError)) throw error;
    return { line, value: null, fault: error };
  }
}

const batchedSchema = z.looseObject({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.int(), body: jsonSchema }).nullish(),
});

/** What the file of a batch holds is the answer to each of its requests. */
function unbatched(payload: Payload): Payload {
  const batched = batchedSchema.safeParse(payload.value);
  if (!batched.success) return payload;
  const { response } = batched.data;
  if (response?.status_code === 200) return { ...payload, value: response.body };
  const reason = `its request failed${response ? ` with status ${response.status_code}` : ''}`;
  return { ...payload, fault: new ForeignInputError(payload.line, reason) };
}

const payloadSchema = z.looseObject({
  object: z.string().optional(),
  type: z.string().optional(),
  id: z.string().optional(),
  choices: z.array(z.unknown()).optional(),
  error: z.looseObject({}).nullish(),
  sequence_number: z.number().optional(),
});
const fieldsOf = ({ value }: Payload): z.infer<typeof payloadSchema> =>
  payloadSchema.safeParse(value).data ?? {};

/** A failure is one where it says its place in a stream; alone it is none, because its status was not kept. */
const isEvent = ({
  type,
  choices,
  sequence_number: place,
}: z.infer<typeof payloadSchema>): boolean =>
  choices !== undefined ||
  type?.startsWith('response.') === true ||
  (type === 'error' && place !== undefined);

interface Answer {
  readonly line: number;
  readonly payloads: Payload[];
}

/** An answer begins where it says so: by being whole, by its first event, or by an id that is not that of the chunk before. */
function answersIn(payloads: readonly Payload[]): readonly Answer[] {
  const answers: Answer[] = [];
  let id = '';
  for (const payload of payloads) {
    const fields = fieldsOf(payload);
    const isChunk = !isWhole(payload) && fields.choices !== undefined;
    const named = isChunk ? (fields.id ?? '') : '';
    const isNext = id !== '' && named !== '' && named !== id;
    if (named !== '') id = named;
    const begins = isWhole(payload) || fields.type === 'response.created' || isNext;
    const ended = answers.at(-1)?.payloads.at(-1)?.value === doneMarker;
    const open = begins || ended ? undefined : answers.at(-1);
    if (open === undefined) answers.push({ line: payload.line, payloads: [payload] });
    else open.payloads.push(payload);
  }
  return answers;
}

const isWhole = (payload: Payload): boolean =>
  ['response', 'chat.completion'].includes(fieldsOf(payload).object ?? '');

function readAnswer({ line, payloads }: Answer): UnplacedExchange {
  const fault = payloads.find((payload) => payload.fault !== undefined)?.fault;
  if (fault !== undefined) throw fault;
  const [first] = payloads;
  if (first === undefined) throw new ForeignInputError(line, 'it holds no payload');
  const { object, type, error } = fieldsOf(first);
  if (isWhole(first)) {
    const kind = object === 'response' ? 'responses' : 'chat';
    // What follows a whole answer and begins none belongs to nothing.
    const [, stray] = payloads.filter((payload) => payload.value !== doneMarker);
    if (stray !== undefined) throw new ForeignInputError(stray.line, 'it belongs to no answer');
    return exchangeOf({ line, api: kind, body: wholeAnswer(first.value, kind, line) });
  }
  if (!payloads.some((payload) => isEvent(fieldsOf(payload)))) {
    if (error) throw new ForeignInputError(line, 'it is a failure, and its status was not kept');
    const kind = /^[\w.]{1,40}$/.test(object ?? '') ? `, but a ${object}` : '';
    throw new ForeignInputError(line, `it is no answer of Responses or Chat Completions${kind}`);
  }
  const api = type === undefined ? 'chat' : 'responses';
  const events = payloads.map((payload) => payload.value);
  return exchangeOf({ line, api, body: wholeStream(withMarker(events, api), { api, line }) });
}

/** A stream of chunks that says why it finished is whole without the marker, which is no payload and often not kept. */
function withMarker(events: readonly Json[], api: UnplacedExchange['api']): readonly Json[] {
  if (api === 'responses') return events.filter((event) => event !== doneMarker);
  const finished = events.some((event) => finishedChunk.safeParse(event).success);
  return finished && events.at(-1) !== doneMarker ? [...events, doneMarker] : events;
}

const finishedChunk = z.looseObject({
  choices: z.tuple([z.looseObject({ finish_reason: z.string() })], z.unknown()),
});

function exchangeOf(parts: {
  readonly line: number;
  readonly api: UnplacedExchange['api'];
  readonly body: UnplacedExchange['answer']['body'];
}): UnplacedExchange {
  const { line, api, body } = parts;
  return { t: 'openai', line, api, answer: { status: 200, body } };
}
