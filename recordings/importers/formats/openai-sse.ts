import { z } from 'zod';
import type { Json } from '#harness';
import { collect } from '../collect.ts';
import { ForeignInputError } from '../foreign-input-error.ts';
import type { Harvest } from '../importer.ts';
import { doneMarker, readPayload } from '../openai/parse-event-stream.ts';
import { type UnplacedExchange, wholeAnswer, wholeStream } from '../openai/read-openai-exchange.ts';

interface Payload {
  readonly line: number;
  readonly value: Json;
}

const losses = ['requests', 'status and headers of answers', 'timings'];

/**
 * OpenAI's answers without what was asked: one payload a line, with or without `data:`, or one answer as JSON. Several answers
 * in a file stand one after the other.
 */
export function readOpenAiAnswers(text: string): Harvest {
  const whole = wholeJson(text);
  const payloads = whole === undefined ? payloadsIn(text) : [{ line: 1, value: whole }];
  if (payloads.length === 0) throw new ForeignInputError(1, 'it holds no payload');
  const { taken, left } = collect(answersIn(payloads), readAnswer);
  return { found: [{ fidelity: 'response-only', losses, exchanges: taken }], left };
}

function wholeJson(text: string): Json | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return readPayload(text, 1);
  } catch {
    // More than one payload, or none: the lines will tell.
    return undefined;
  }
}

function payloadsIn(text: string): readonly Payload[] {
  return text.split(/\r\n|\r|\n/).flatMap((content, index): Payload[] => {
    const data = content.replace(/^data: ?/, '');
    if (data.trim() === '' || /^(?::|(?:event|id|retry):)/.test(content)) return [];
    return [{ line: index + 1, value: readPayload(data, index + 1) }];
  });
}

const payloadSchema = z.looseObject({
  object: z.string().optional(),
  type: z.string().optional(),
  id: z.string().optional(),
});
const fieldsOf = ({ value }: Payload): z.infer<typeof payloadSchema> =>
  payloadSchema.safeParse(value).data ?? {};

/** An answer begins where it says so: by being whole, by its first event, or by an id that is not that of the chunk before. */
function answersIn(payloads: readonly Payload[]): readonly (readonly Payload[])[] {
  const answers: Payload[][] = [];
  let id: string | undefined;
  for (const payload of payloads) {
    const fields = fieldsOf(payload);
    const begins =
      isWhole(payload) ||
      fields.type === 'response.created' ||
      (fields.object === 'chat.completion.chunk' && fields.id !== id);
    if (fields.object === 'chat.completion.chunk') id = fields.id;
    const open = begins ? undefined : answers.at(-1);
    if (open === undefined) answers.push([payload]);
    else open.push(payload);
  }
  return answers;
}

const isWhole = (payload: Payload): boolean =>
  ['response', 'chat.completion'].includes(fieldsOf(payload).object ?? '');

function readAnswer(payloads: readonly Payload[]): UnplacedExchange {
  const [first] = payloads;
  if (first === undefined) throw new ForeignInputError(1, 'it holds no payload');
  const { line, value } = first;
  const { object, type } = fieldsOf(first);
  const api = type === undefined ? 'chat' : 'responses';
  if (isWhole(first)) {
    const kind = object === 'response' ? 'responses' : 'chat';
    // What follows a whole answer and begins none belongs to nothing.
    const [, stray] = payloads.filter((payload) => payload.value !== doneMarker);
    if (stray !== undefined) throw new ForeignInputError(stray.line, 'it belongs to no answer');
    return exchangeOf({ line, api: kind, body: wholeAnswer(value, kind, line) });
  }
  const events = payloads.map((payload) => payload.value);
  return exchangeOf({ line, api, body: wholeStream(withMarker(events, api), api, line) });
}

/** A stream of chunks that says why it finished is whole without the marker, which is no payload and often not kept. */
function withMarker(events: readonly Json[], api: UnplacedExchange['api']): readonly Json[] {
  if (api === 'responses') return events.filter((event) => event !== doneMarker);
  const finished = events.some((event) => finishedChunk.safeParse(event).success);
  return finished && events.at(-1) !== doneMarker ? [...events, doneMarker] : events;
}

const finishedChunk = z.looseObject({
  choices: z.tuple([z.looseObject({ finish_reason: z.string() })]),
});

function exchangeOf(parts: {
  readonly line: number;
  readonly api: UnplacedExchange['api'];
  readonly body: UnplacedExchange['answer']['body'];
}): UnplacedExchange {
  const { line, api, body } = parts;
  return { t: 'openai', line, api, answer: { status: 200, body } };
}
