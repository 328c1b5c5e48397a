import type { Json } from '#harness';
import type { Aliases } from '../../format/aliases.ts';
import type { HttpCall, WireAnswer, WireBody, WireRequest } from '../../format/http-call.ts';
import type { RecordingRedaction } from '../../format/redaction.ts';
import type { LoggedHttp } from '../../recorder/call-log.ts';
import { readBody, readEvents, textOf, wholeCharacters } from '../body/read-body.ts';
import { openAiApi } from '../openai-api.ts';
import type { ObservedReply, ReplyEnd } from './observe-exchange.ts';
import { createWireRedaction, type WireRedaction } from './redact-wire.ts';
import { createIdRenaming, type IdRenaming } from './rename-ids.ts';

/**
 * `left-out`: an answer that streamed is kept by its events, and where the network cut it is forgotten. `kept`: it is kept as
 * its text with every cut, and no id is renamed in it.
 */
export type Chunks = 'left-out' | 'kept';

/** What is asked and answered in one request over HTTP, as it stands in a recording. */
export type WrittenHttp = Pick<HttpCall, 'request' | 'answer'>;

/** Writes requests over HTTP of one recording, in its order. Undefined for one that has not ended. */
export type HttpWriter = (logged: LoggedHttp) => WrittenHttp | undefined;

export function createHttpWriter(parts: {
  readonly aliases: Aliases;
  readonly redaction: RecordingRedaction;
  readonly chunks: Chunks;
}): HttpWriter {
  const { aliases, chunks } = parts;
  const redaction = createWireRedaction(parts.redaction);
  const ids = createIdRenaming(aliases);
  return ({ request, reply }) => {
    if (request === undefined || reply === undefined) return undefined;
    const isRenamed = chunks === 'left-out' && openAiApi(request) !== undefined;
    const renaming = isRenamed ? ids : asItIs;
    // In the order of the line: what appears first is numbered first.
    const asked = writeRequest(request, redaction, renaming);
    const answer = writeAnswer(reply, { redaction, renaming, chunks });
    return answer && { request: asked, answer };
  };
}

const asItIs: IdRenaming = { request: (value) => value, answer: (value) => value };

function writeRequest(
  request: WireRequest,
  redaction: WireRedaction,
  renaming: IdRenaming,
): WireRequest {
  const { body, ...clean } = redaction.request(request);
  if (body === undefined) return clean;
  return { ...clean, body: 'json' in body ? { json: renaming.request(body.json) } : body };
}

interface Writing {
  readonly redaction: WireRedaction;
  readonly renaming: IdRenaming;
  readonly chunks: Chunks;
}

function writeAnswer(
  reply: ObservedReply | { readonly end: ReplyEnd },
  writing: Writing,
): WireAnswer | undefined {
  if (!('status' in reply)) {
    const end = endOf(reply.end, writing);
    return end && { end };
  }
  const { status, headers, chunks } = reply;
  // Whoever never looked at it has given it up.
  const isUnread = reply.end === 'open' && chunks.length === 0;
  if (reply.end === 'open' && !isUnread) return undefined;
  const kept = headers && writing.redaction.headers(headers);
  const body = writeBody(reply, writing);
  const end = endOf(isUnread ? 'given-up' : reply.end, writing);
  return {
    status,
    ...(kept === undefined ? {} : { headers: kept }),
    ...(body === undefined ? {} : { body }),
    ...(end === undefined ? {} : { end }),
  };
}

function endOf(
  end: ReplyEnd,
  { redaction }: Writing,
): Extract<WireAnswer, { end?: unknown }>['end'] {
  if (end === 'given-up') return { kind: 'given-up' };
  if (typeof end === 'string') return undefined;
  const { message, cause, ...error } = end.error;
  return {
    kind: 'failed',
    error: {
      ...error,
      message: redaction.text(message),
      ...(cause === undefined
        ? {}
        : { cause: { ...cause, message: redaction.text(cause.message) } }),
    },
  };
}

function writeBody(
  { headers = {}, chunks: pieces, end }: ObservedReply,
  { redaction, renaming, chunks }: Writing,
): WireBody | undefined {
  const brokeOff = end !== 'whole';
  const all = Buffer.concat(pieces);
  const bytes = brokeOff ? wholeCharacters(all) : all;
  if (bytes.length === 0) return undefined;
  const cuts = chunks === 'kept' ? { cuts: cutsOf(pieces, bytes.length) } : {};
  const type = headers['content-type'] ?? '';
  const text = type.startsWith('text/event-stream') ? textOf(bytes) : undefined;
  if (text !== undefined) {
    const clean = redaction.text(text);
    const body = readEvents(text, { brokeOff });
    if (body === undefined) return clean === text ? { text, ...cuts } : { text: clean };
    const events = redaction.events(body.events);
    // Where a secret was taken out of it, a text is not as it was cut.
    const isClean = clean === text && isSame(events, body.events);
    if (chunks === 'kept' && isClean) return { text, ...cuts };
    return { ...body, events: events.map(renaming.answer) };
  }
  const body = readBody(bytes, type);
  if ('json' in body) return { json: renaming.answer(redaction.json(body.json)) };
  if ('base64' in body) return { base64: redaction.bytes(body.base64, type), ...cuts };
  const clean = redaction.text(body.text);
  return clean === body.text ? { text: clean, ...cuts } : { text: clean };
}

function cutsOf(pieces: readonly Uint8Array[], length: number): number[] {
  let left = length;
  const cuts = pieces.map((piece) => {
    const taken = Math.min(piece.length, left);
    left -= taken;
    return taken;
  });
  return cuts.filter((cut) => cut > 0);
}

const isSame = (left: readonly Json[], right: readonly Json[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right);
