import type { Json } from '#harness';
import type { HttpCall, WireAnswer, WireRequest } from '../format/http-call.ts';
import type { AnswerBody, OpenAiCall } from '../format/imported-exchange.ts';
import { readEvents } from './body/read-body.ts';

/** The interface of OpenAI that a request goes to, whoever serves it; undefined for any other request. */
export function openAiApi({ method, path }: WireRequest): OpenAiCall['api'] | undefined {
  if (method !== 'POST') return undefined;
  const [, name] = /\/(responses|chat\/completions)(?:\?|$)/.exec(path) ?? [];
  if (name === undefined) return undefined;
  return name === 'responses' ? 'responses' : 'chat';
}

/** A request over HTTP as a call of OpenAI's API, by the values of its bodies; undefined for any other request. */
export function openAiCall({ request, answer }: HttpCall): OpenAiCall | undefined {
  const api = openAiApi(request);
  if (api === undefined) return undefined;
  const retryAfter = 'status' in answer ? answer.headers?.['retry-after'] : undefined;
  return {
    api,
    request: { path: request.path, body: saidIn(request) },
    answer: {
      // Where no answer came, nothing was said.
      status: 'status' in answer ? answer.status : 200,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      body: bodyOf(answer),
    },
  };
}

function bodyOf(answer: WireAnswer): AnswerBody {
  const body = 'status' in answer ? answer.body : undefined;
  if (body === undefined || 'base64' in body) return { text: '' };
  if ('json' in body) return body;
  const read =
    'events' in body ? body : readEvents(body.text, { brokeOff: answer.end !== undefined });
  if (read !== undefined && read.events.length > 0) return { events: read.events };
  return { text: 'text' in body ? body.text : '' };
}

/** What a request says, where that is JSON. */
function saidIn({ body }: WireRequest): Json {
  return body !== undefined && 'json' in body ? body.json : null;
}

/** The model that is asked over HTTP, where a model is. */
export function openAiModel({ request }: HttpCall): string | undefined {
  if (openAiApi(request) === undefined) return undefined;
  const said = saidIn(request);
  const isObject = typeof said === 'object' && said !== null && !Array.isArray(said);
  const model = isObject ? said['model'] : undefined;
  return typeof model === 'string' ? model : undefined;
}
