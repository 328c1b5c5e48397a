import { z } from 'zod';
import type { Json } from '#harness';
import type { AnswerBody, OpenAiExchange } from '../../format/imported-exchange.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import type { HttpBody, HttpExchange } from './http-exchange.ts';
import { openAiEndpoint } from './openai-endpoint.ts';
import { doneMarker, parseEventStream, readJson } from './parse-event-stream.ts';

/** A call without its place in a recording. */
export type UnplacedExchange = Omit<OpenAiExchange, 'lane' | 'n'>;
type Api = OpenAiExchange['api'];

/**
 * The call of OpenAI's Responses or Chat Completions that an exchange is.
 * @throws ForeignInputError with the reason when it is another, or not whole.
 */
export function readOpenAiExchange(http: HttpExchange): UnplacedExchange {
  const { line, request, status, retryAfter, answer } = http;
  const { api, path } = openAiEndpoint(http);
  if (!(status >= 200 && status < 300) && !(status >= 400 && status <= 599)) {
    throw new ForeignInputError(line, `status ${status} is no answer`);
  }
  if (request === undefined) throw new ForeignInputError(line, 'its request was not kept');
  const asked = jsonOf(request, line, 'its request');
  return {
    t: 'openai',
    line,
    api,
    request: { path, body: asked },
    answer: {
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      body: status >= 400 ? failureBody(answer) : answerBody(answer, { api, line, request: asked }),
    },
  };
}

function jsonOf(body: HttpBody, line: number, what: string): Json {
  return 'json' in body ? body.json : readJson(body.text, line, what);
}

/** Gateways answer failures with pages as well: kept as what they said. */
function failureBody(body: HttpBody): AnswerBody {
  if ('json' in body) return { json: body.json };
  try {
    return { json: readJson(body.text, 1, 'a failure') };
  } catch {
    return { text: body.text };
  }
}

function answerBody(
  body: HttpBody,
  of: { readonly api: Api; readonly line: number; readonly request: Json },
): AnswerBody {
  const { api, line } = of;
  if ('text' in body && body.text.trim() === '') {
    throw new ForeignInputError(line, 'its answer is empty');
  }
  if ('text' in body && /^(?:data|event|id|retry)?:/.test(body.text.trimStart())) {
    // Lines within a body are not lines of the file: what is wrong is said of the exchange.
    const events = atLine(line, () => parseEventStream(body.text.trimStart(), line));
    return wholeStream(events, of);
  }
  return wholeAnswer(jsonOf(body, line, 'its answer'), api, line);
}

function atLine<Result>(line: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ForeignInputError) throw new ForeignInputError(line, error.reason);
    throw error;
  }
}

const objectNames = { responses: 'response', chat: 'chat.completion' } as const;
const finishedStatuses = new Set(['completed', 'incomplete', 'failed']);
const responseSchema = z.object({ object: z.literal('response'), status: z.string() });
const completionSchema = z.object({
  object: z.literal('chat.completion'),
  choices: z.array(z.object({ finish_reason: z.string() })).min(1),
});

/** An answer in one piece. @throws ForeignInputError when it is none, or not finished. */
export function wholeAnswer(json: Json, api: Api, line: number): AnswerBody {
  const parsed = (api === 'responses' ? responseSchema : completionSchema).safeParse(json);
  if (!parsed.success) {
    throw new ForeignInputError(line, `its answer is no finished ${objectNames[api]} object`);
  }
  const status = 'status' in parsed.data ? parsed.data.status : 'completed';
  if (!finishedStatuses.has(status)) {
    throw new ForeignInputError(line, `its answer is not finished: it is ${status}`);
  }
  return { json };
}

const eventSchema = z.object({ type: z.string() });
const lastEvents = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
]);
/** Azure names its first chunk, on what filters said of the prompt, nothing at all. */
const chunkSchema = z.object({
  object: z.enum(['chat.completion.chunk', '']),
  choices: z.array(z.unknown()),
});
const errorChunkSchema = z.object({ error: z.object({}) });
const finishedChunkSchema = z.object({
  choices: z.tuple([z.object({ finish_reason: z.string() })], z.unknown()),
});
const usageChunkSchema = z.object({ usage: z.object({}) });
const countsTokensSchema = z.object({
  stream_options: z.object({ include_usage: z.literal(true) }),
});

/** An answer in events. @throws ForeignInputError when they are of something else, or end early. */
export function wholeStream(
  events: readonly Json[],
  { api, line, request }: { readonly api: Api; readonly line: number; readonly request?: Json },
): AnswerBody {
  const body = events.filter((event) => event !== doneMarker);
  const isOf = api === 'responses' ? isResponseEvent : isChunk;
  if (body.length === 0 || !body.every(isOf)) {
    throw new ForeignInputError(line, `its answer is no stream of ${objectNames[api]} events`);
  }
  const isEnded = api === 'responses' ? endsResponse(body) : endsCompletion(events, request);
  if (!isEnded) throw new ForeignInputError(line, 'its stream stops before its end');
  return { events: [...events] };
}

const isResponseEvent = (event: Json): boolean => {
  const type = eventSchema.safeParse(event).data?.type ?? '';
  return type.startsWith('response.') || ['error', 'keepalive'].includes(type);
};
const isChunk = (event: Json): boolean =>
  chunkSchema.safeParse(event).success || errorChunkSchema.safeParse(event).success;

function endsResponse(body: readonly Json[]): boolean {
  return lastEvents.has(eventSchema.safeParse(body.at(-1)).data?.type ?? '');
}

/** By its marker, or by all that was asked for: proxies leave the marker out, and tools stop reading before it. */
function endsCompletion(events: readonly Json[], request: Json | undefined): boolean {
  if (events.at(-1) === doneMarker) return true;
  const holds = (schema: z.ZodType): boolean =>
    events.some((event) => schema.safeParse(event).success);
  const counted = !countsTokensSchema.safeParse(request).success || holds(usageChunkSchema);
  return holds(errorChunkSchema) || (holds(finishedChunkSchema) && counted);
}
