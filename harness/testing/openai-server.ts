import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { HarnessError } from '../host/harness-error.ts';
import { deliveryOf, type OpenAiFault, refusalOf } from './openai/fault.ts';
import { ResponsesRefusalError } from './openai/responses-refusal-error.ts';
import {
  jsonReply,
  type Response,
  randomId,
  respond,
  storedItem,
  streamReply,
} from './openai/responses-reply.ts';
import {
  conversationFromRequest,
  type InputItem,
  parseResponsesRequest,
  type ResponsesRequest,
} from './openai/responses-request.ts';
import type { Playbook } from './playbook.ts';
import { scriptedAnswer } from './scripted-answer.ts';

export interface OpenAiServerOptions {
  readonly playbook: Playbook;
  /** 0, the default: any free one. */
  readonly port?: number;
  /** The one model served; by default it bears the playbook's name. */
  readonly model?: string;
  /** Pause before each piece of a reply. */
  readonly chunkDelayMs?: number | (() => number);
  /** How many characters a streamed delta has; asked for each answer. */
  readonly deltaCharacters?: () => number;
  /** The n-th well-formed request for a response meets the n-th fault; later ones meet none. */
  readonly faults?: readonly OpenAiFault[];
}

export interface OpenAiServer extends AsyncDisposable {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  /** How many requests have come, refused ones included. */
  readonly requests: () => number;
  /** Drops open connections and stops. */
  readonly close: () => Promise<void>;
}

/** Every so many frames, one is cut in two: readers must not take a packet for an event. */
const SPLIT_EVERY_FRAMES = 3;

/**
 * Serves `playbook` as an OpenAI-compatible endpoint on loopback: `POST /v1/responses` (JSON and
 * server-sent events) and `GET /v1/models`. Content is the playbook's, ids and times are random as
 * the real service's are. Any bearer key is accepted, none is refused with 401.
 */
export async function startOpenAiServer(options: OpenAiServerOptions): Promise<OpenAiServer> {
  const { model = options.playbook.name, faults = [], port = 0 } = options;
  const stored = new Map<string, InputItem>();
  let requestCount = 0;
  let answerCount = 0;

  const answer = (request: ResponsesRequest): { response: Response; fault: OpenAiFault } => {
    if (request.model !== model) throw noSuchModel(request.model, model);
    const fault = faults[answerCount++] ?? 'none';
    const refusal = refusalOf(fault);
    if (refusal !== undefined) throw refusal;
    const conversation = conversationFromRequest(request, stored);
    const response = respond(request, scriptedAnswer(options.playbook, conversation));
    if (request.store !== false) {
      for (const [id, item] of response.output.map(storedItem)) stored.set(id, item);
    }
    return { response, fault };
  };

  const handle = async (message: IncomingMessage, reply: ServerResponse): Promise<void> => {
    requireKey(message);
    const route = `${message.method} ${message.url}`;
    if (route === 'GET /v1/models') return sendJson(reply, 200, modelList(model));
    if (route !== 'POST /v1/responses') throw noSuchRoute(route);
    const request = parseResponsesRequest(await text(message));
    const { response, fault } = answer(request);
    const whole =
      request.stream === true
        ? streamReply(response, options.deltaCharacters?.())
        : jsonReply(response);
    reply.writeHead(200, { 'content-type': whole.contentType });
    const { frames, ending } = deliveryOf(whole, fault);
    await write(reply, frames, options.chunkDelayMs ?? 0);
    if (ending === 'end') reply.end();
    else if (ending === 'reset') reply.destroy();
  };

  // Loaded with the first server: crash workers know this door, are started twice for every point, and serve nothing.
  const { createServer } = await import('node:http');
  const server = createServer((message, reply) => {
    requestCount += 1;
    reply.setHeader('x-request-id', randomId('req'));
    handle(message, reply).catch((error: unknown) => refuse(reply, error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/v1`,
    requests: () => requestCount,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Writes until done or the client has left. */
async function write(
  reply: ServerResponse,
  frames: readonly string[],
  chunkDelayMs: number | (() => number),
): Promise<void> {
  for (const [index, frame] of frames.entries()) {
    const pause = typeof chunkDelayMs === 'number' ? chunkDelayMs : chunkDelayMs();
    if (pause > 0) await delay(pause);
    const bytes = Buffer.from(frame);
    const cut = index % SPLIT_EVERY_FRAMES === 0 ? Math.floor(bytes.length / 2) : bytes.length;
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (reply.destroyed) return;
      if (piece.length === 0) continue;
      if (!reply.write(piece)) await Promise.race([once(reply, 'drain'), once(reply, 'close')]);
      // A turn of the event loop between writes, so that they leave as packets of their own.
      await nextTurn();
    }
  }
}

function requireKey(message: IncomingMessage): void {
  if (/^Bearer \S+$/.test(message.headers.authorization ?? '')) return;
  throw new ResponsesRefusalError({
    status: 401,
    code: 'invalid_api_key',
    message: 'No API key provided: send it as a bearer token in the Authorization header.',
  });
}

function refuse(reply: ServerResponse, error: unknown): void {
  if (reply.headersSent) {
    reply.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = HarnessError.isInstance(error) ? error.code : 'playbook_failed';
  const { status, kind } =
    error instanceof ResponsesRefusalError
      ? error
      : // A playbook without a play, or with a broken one, is the same the next time: not a status to retry on.
        { status: 400, kind: 'playbook_error' };
  sendJson(reply, status, { error: { message, type: kind, param: null, code } });
}

function sendJson(reply: ServerResponse, status: number, body: unknown): void {
  reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function modelList(model: string): unknown {
  const created = Math.floor(Date.now() / 1000);
  return { object: 'list', data: [{ id: model, object: 'model', created, owned_by: 'playbook' }] };
}

function noSuchModel(asked: string, served: string): ResponsesRefusalError {
  return new ResponsesRefusalError({
    status: 404,
    code: 'model_not_found',
    message: `The model '${asked}' does not exist; this server serves '${served}'.`,
  });
}

function noSuchRoute(route: string): ResponsesRefusalError {
  return new ResponsesRefusalError({
    status: 404,
    code: 'unknown_url',
    message: `Unknown request URL: ${route}.`,
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  return address.port;
}
