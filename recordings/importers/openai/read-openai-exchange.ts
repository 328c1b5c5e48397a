import { z } from 'zod';
import type { Json } from '#harness';
import { ForeignInputError } from '../foreign-input-error.ts';
import type { AnswerBody, OpenAiExchange } from '../imported-recording.ts';
import type { HttpBody, HttpExchange } from './http-exchange.ts';
import { doneMarker, parseEventStream, readJson } from './parse-event-stream.ts';

/** A call without its place in a recording. */
export type UnplacedExchange = Omit<OpenAiExchange, 'lane' | 'n'>;
type Api = OpenAiExchange['api'];

const openAiHost = /^(?:[a-z]+\.)?api\.openai\.com$/;
const endpoints: ReadonlyMap<string, Api> = new Map([
  ['/v1/responses', 'responses'],
  ['/v1/chat/completions', 'chat'],
]);

/**
 * The call of OpenAI's Responses or Chat Completions that an exchange is.
 * @throws ForeignInputError with the reason when it is another, or not whole.
 */
export function readOpenAiExchange(http: HttpExchange): UnplacedExchange {
  const { line, method, request, status, retryAfter, answer } = http;
  const url = URL.parse(http.url);
  if (url === null) throw new ForeignInputError(line, 'its URL is none');
  if (!openAiHost.test(url.hostname)) {
    throw new ForeignInputError(line, `it is a call to ${url.host}, not to OpenAI`);
  }
  const path = url.pathname.replace(/\/$/, '');
  const api = endpoints.get(path);
  if (api === undefined || method.toUpperCase() !== 'POST') {
    const reason = `${method.toUpperCase()} ${path} is neither Responses nor Chat Completions`;
    throw new ForeignInputError(line, reason);
  }
  if (!(status >= 200 && status < 300) && !(status >= 400 && status <= 599)) {
    throw new ForeignInputError(line, `status ${status} is no answer`);
  }
  if (request === undefined) throw new ForeignInputError(line, 'its request was not kept');
  return {
    t: 'openai',
    line,
    api,
    request: { path, body: jsonOf(request, line, 'its request') },
    answer: {
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      body: status >= 400 ? failureBody(answer) : answerBody(answer, api, line),
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

function answerBody(body: HttpBody, api: Api, line: number): AnswerBody {
  if ('text' in body && body.text.trim() === '') {
    throw new ForeignInputError(line, 'its answer is empty');
  }
  if ('text' in body && /^(?:data|event|id|retry)?:/.test(body.text.trimStart())) {
    // Lines within a body are not lines of the file: what is wrong is said of the exchange.
    const events = atLine(line, () => parseEventStream(body.text.trimStart(), line));
    return wholeStream(events, api, line);
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
const responseSchema = z.looseObject({ object: z.literal('response'), status: z.string() });
const completionSchema = z.looseObject({
  object: z.literal('chat.completion'),
  choices: z.array(z.looseObject({ finish_reason: z.string() })).min(1),
});

/** An answer in one piece. @throws ForeignInputError when it is none, or not finished. */
export function wholeAnswer(json: Json, api: Api, line: number): AnswerBody {
  const parsed = (api === 'responses' ? responseSchema : completionSchema).safeParse(json);
  if (!parsed.success) {
    throw new ForeignInputError(line, `its answer is no finished ${objectNames[api]} object`);
  }
  const { status } = parsed.data;
  if (api === 'responses' && !finishedStatuses.has(String(status))) {
    throw new ForeignInputError(line, `its answer is not finished: it is ${String(status)}`);
  }
  return { json };
}

const eventSchema = z.looseObject({ type: z.string() });
const lastEvents = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
]);
const chunkSchema = z.looseObject({ object: z.literal('chat.completion.chunk') });
const errorChunkSchema = z.looseObject({ error: z.looseObject({}) });

/** An answer in events. @throws ForeignInputError when they are of something else, or end early. */
export function wholeStream(events: readonly Json[], api: Api, line: number): AnswerBody {
  const body = events.filter((event) => event !== doneMarker);
  const schema = api === 'responses' ? eventSchema : z.union([chunkSchema, errorChunkSchema]);
  if (body.length === 0 || body.some((event) => !schema.safeParse(event).success)) {
    throw new ForeignInputError(line, `its answer is no stream of ${objectNames[api]} events`);
  }
  if (!isEnded(events, api)) throw new ForeignInputError(line, 'its stream stops before its end');
  return { events: [...events] };
}

function isEnded(events: readonly Json[], api: Api): boolean {
  if (api === 'chat') return events.at(-1) === doneMarker;
  const last = eventSchema.safeParse(events.findLast((event) => event !== doneMarker));
  return last.success && lastEvents.has(last.data.type);
}
