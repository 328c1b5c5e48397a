import type { WireError } from '../../format/http-call.ts';
import { keepHeaders } from '../body/read-request.ts';

/** How an answer went, its bytes as they came. */
export interface ObservedReply {
  readonly status: number;
  /** Those that are kept. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly chunks: readonly Uint8Array[];
  readonly end: ReplyEnd;
}

/** `open`: it goes on, or nobody reads it. */
export type ReplyEnd = 'whole' | 'given-up' | 'open' | { readonly error: WireError };

/** Told what is known of an answer, each time it is more. Before there is one, only how it ended. */
export type TellReply = (reply: ObservedReply | { readonly end: ReplyEnd }) => void;

/**
 * The answer, watched: whoever asked has it at once, and reads it at their own pace. What is told is what they have read of
 * it, so it holds no byte that they did not see.
 */
export async function observeExchange(
  send: () => Promise<Response>,
  asker: Asker,
  tell: TellReply,
): Promise<Response> {
  try {
    return observeBody(await send(), asker, tell);
  } catch (error) {
    tell({ end: endOf(error, asker.signal) });
    throw error;
  }
}

/** Who asked, and which headers are kept. */
interface Asker {
  readonly signal: AbortSignal | undefined;
  readonly kept: ReadonlySet<string>;
}

function observeBody(response: Response, { signal, kept }: Asker, tell: TellReply): Response {
  const { status, body } = response;
  const headers = keepHeaders(response.headers, kept);
  const chunks: Uint8Array[] = [];
  let ended = false;
  const seen = (end: ReplyEnd): void => {
    if (ended) return;
    ended = end !== 'open';
    if (ended) signal?.removeEventListener('abort', giveUp);
    tell({ status, headers, chunks, end });
  };
  const giveUp = (): void => seen('given-up');
  if (body === null) {
    seen('whole');
    return response;
  }
  seen('open');
  signal?.addEventListener('abort', giveUp, { once: true });
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) {
            seen('whole');
            controller.close();
            return;
          }
          // Of its own: whoever reads a piece may change it.
          if (!ended) chunks.push(value.slice());
          controller.enqueue(value);
          seen('open');
        } catch (error) {
          seen(endOf(error, signal));
          controller.error(error);
        }
      },
      cancel: (reason) => {
        seen('given-up');
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return inPlaceOf(response, watched);
}

/** The same answer with another body. */
function inPlaceOf(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  const { status, statusText, headers, url, redirected } = response;
  // A new answer does not know where it comes from.
  return Object.defineProperties(new Response(body, { status, statusText, headers }), {
    url: { value: url },
    redirected: { value: redirected },
  });
}

function endOf(error: unknown, signal: AbortSignal | undefined): ReplyEnd {
  return signal?.aborted === true ? 'given-up' : { error: wireErrorOf(error) };
}

function wireErrorOf(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { cause } = error;
  return {
    ...failureOf(error),
    ...(cause instanceof Error ? { cause: failureOf(cause) } : {}),
  };
}

function failureOf(error: Error): Omit<WireError, 'cause'> {
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message: onThisMachine(message), ...(code === undefined ? {} : { code }) };
}

/** Which port of this machine a server had is chance. */
function onThisMachine(message: string): string {
  return message.replaceAll(/(?:127(?:\.\d+){3}|\[?::1\]?|localhost):\d+/g, 'localhost');
}
