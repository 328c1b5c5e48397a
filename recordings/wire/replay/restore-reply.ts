import { untilGivenUp, type Waiter } from '../../calls/given-up.ts';
import type { WireAnswer, WireEnd, WireError } from '../../format/http-call.ts';
import { piecesOf } from '../body/say-body.ts';

/** Whoever asked, while they are answered. */
export interface Asker extends Waiter {
  /** Waited for before each piece, where pieces that come at once would be taken for one. */
  readonly pace?: () => Promise<void>;
}

/**
 * The recorded answer, as it came: at once, in its pieces, and broken off where it was. Whoever gave up when it was recorded
 * waits here until they do so again.
 * @throws the error of a connection that failed before there was an answer; what the signal says when it is given up.
 */
export async function restoreReply(answer: WireAnswer, asker: Asker): Promise<Response> {
  if (!('status' in answer)) {
    if (answer.end.kind === 'failed') throw errorOf(answer.end.error);
    return untilGivenUp(asker);
  }
  const { status, headers = {}, body, end } = answer;
  const isEmpty = body === undefined && end === undefined;
  const stream = isEmpty ? null : streamOf(body === undefined ? [] : piecesOf(body), end, asker);
  return new Response(stream, { status, headers });
}

function streamOf(
  pieces: readonly Uint8Array[],
  end: WireEnd | undefined,
  asker: Asker,
): ReadableStream<Uint8Array> {
  const left = pieces.values();
  const given = new AbortController();
  return new ReadableStream(
    {
      pull: async (controller) => {
        asker.signal?.throwIfAborted();
        const { value: piece } = left.next();
        if (piece !== undefined) await asker.pace?.();
        if (piece !== undefined) controller.enqueue(piece);
        else if (end === undefined) controller.close();
        else if (end.kind === 'failed') controller.error(errorOf(end.error));
        else await untilGivenUp(asker, given.signal);
      },
      cancel: (reason) => given.abort(reason),
    },
    { highWaterMark: 0 },
  );
}

function errorOf({ cause, ...failure }: WireError): Error {
  return plainError(failure, cause === undefined ? undefined : plainError(cause));
}

/** What tells errors of the network from others is that they are TypeErrors. */
function plainError({ name, message, code }: Omit<WireError, 'cause'>, cause?: Error): Error {
  const options = cause === undefined ? {} : { cause };
  const error =
    name === 'TypeError' ? new TypeError(message, options) : new Error(message, options);
  if (name !== error.name) error.name = name;
  return Object.assign(error, code === undefined ? {} : { code });
}
