import { HarnessError } from '../host/harness-error.ts';
import type { FeedItem } from '../session/session-feed.ts';
import { type ApiOptions, askApi, RequestRefusedError } from './api-client.ts';
import { type Frames, openFrames } from './frames.ts';
import { platform as ownPlatform, type Platform } from './platform.ts';
import { closeCodes } from './protocol.ts';
import { createTurnText } from './turn-text.ts';

// A session, followed over any number of connections. Nothing here is of Node: the page loads this file as it is.
//
//   N1. Events come once each, in order, without a gap, from behind the cursor on; `session-cleared` says that what was before
//       is gone, and comes next to whoever has not seen all of that.
//   N2. The text of a turn comes once, in order and whole; `text-restarted` voids what came of earlier attempts.
//   N3. A connection that ends is opened again behind the last event seen, later each time until one succeeds.

export interface ConnectOptions {
  /** Of the server, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  /** An API key; absent for a server in development mode. */
  readonly key?: string;
  readonly sessionId: string;
  /** `seq` of the last event seen; 0 by default. */
  readonly after?: number;
  /** Told when the line is lost and found. */
  readonly onStatus?: (status: ConnectionStatus) => void;
  readonly platform?: Platform;
}

/** `absent`: the session has not begun yet, as far as this principal may know; it is asked for again. */
export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'absent' | 'closed';

export interface Connection {
  /**
   * Sends a message, again and again until a server takes it: under one `messageId` it is one run. Returns the run's id.
   * Throws RequestRefusedError when the server will not have it.
   */
  readonly send: (message: {
    readonly messageId: string;
    readonly text: string;
    /** `steer`: a run in progress reads it before its next turn; it waits for the run otherwise. */
    readonly mode?: 'queue' | 'steer';
  }) => Promise<string>;
  /** Asks once: GET, or POST with a body. Throws RequestRefusedError. */
  readonly ask: (path: string, body?: unknown) => Promise<unknown>;
  /** The session as N1 and N2 say, for one reader. Throws ConnectionRefusedError when the key opens nothing. */
  readonly items: () => AsyncIterable<FeedItem>;
  readonly close: () => void;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;

export function connect(options: ConnectOptions): Connection {
  const { url, key, sessionId, platform = ownPlatform } = options;
  const closing = new AbortController();
  const api: ApiOptions = { url, key, platform };
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}`;
  const ask = (to: string, body?: unknown): Promise<unknown> =>
    askApi(api, to, { ...(body === undefined ? {} : { body }), signal: closing.signal });
  return {
    ask,
    send: (message) =>
      untilAnswered({ platform, signal: closing.signal }, async () =>
        runIdIn(await ask(`${path}/messages`, message)),
      ),
    items: () => followItems({ ...options, platform, path, signal: closing.signal }),
    close: () => closing.abort(),
  };
}

/** The server will not have this viewer; asking again would not help. */
export class ConnectionRefusedError extends HarnessError {
  constructor(closeCode: number) {
    super(
      closeCode === closeCodes.unauthenticated
        ? {
            code: 'UNAUTHENTICATED',
            message: 'The server does not know this key.',
            hint: 'Give one that it has issued.',
          }
        : {
            code: 'FRAMES_INCOMPATIBLE',
            message: 'The server does not understand this client.',
            hint: 'Take the client library that belongs to it.',
          },
    );
  }
}

type Follow = Omit<ConnectOptions, 'platform'> & {
  readonly platform: Platform;
  readonly path: string;
  readonly signal: AbortSignal;
};

async function* followItems(follow: Follow): AsyncGenerator<FeedItem> {
  const { url, key, path, platform, signal, onStatus = () => undefined } = follow;
  const turns = createTurnText();
  let cursor = follow.after ?? 0;
  let failures = 0;
  onStatus('connecting');
  while (!signal.aborted) {
    const stream = new URL(`${path}/stream?after=${cursor}`, url);
    stream.protocol = stream.protocol.replace('http', 'ws');
    const frames = openFrames({ url: stream.href, key, platform, signal });
    try {
      for await (const item of itemsOf(frames)) {
        if (item === 'ready') {
          failures = 0;
          onStatus('live');
        } else if (item.kind === 'event') {
          if (item.event.seq <= cursor) continue;
          // What is missing is asked for again; what was cleared is not to be had.
          const isCleared = item.event.fact.type === 'session-cleared';
          if (item.event.seq > cursor + 1 && !isCleared) break;
          cursor = item.event.seq;
          turns.settle(item.event);
          yield item;
        } else if (item.kind === 'text-restarted') {
          if (turns.restart(item.turn, item.attempt)) yield item;
        } else {
          const place = turns.place(item.delta);
          if (place === 'gap') break;
          if (place === 'next') yield item;
        }
      }
    } finally {
      frames.close();
    }
    if (signal.aborted) break;
    onStatus(statusAfter(frames.closeCode()));
    await platform.pause(delayAfter(failures, platform), signal);
    failures += 1;
  }
  onStatus('closed');
}

async function* itemsOf(frames: Frames): AsyncGenerator<FeedItem | 'ready'> {
  for (;;) {
    const frame = await frames.next();
    if (frame === undefined) return;
    if (frame.type === 'ready') yield 'ready';
    if (frame.type === 'item') yield frame.item;
  }
}

function statusAfter(closeCode: number): ConnectionStatus {
  if (closeCode === closeCodes.unauthenticated || closeCode === closeCodes.badFrame) {
    throw new ConnectionRefusedError(closeCode);
  }
  return closeCode === closeCodes.sessionMissing ? 'absent' : 'reconnecting';
}

/** Doubles, and is rolled between half and whole so that the viewers of a restarted server do not come all at once. */
function delayAfter(failures: number, { random }: Platform): number {
  const whole = Math.min(longestDelayMs, firstDelayMs * 2 ** failures);
  return whole * (0.5 + random() / 2);
}

async function untilAnswered<Answer>(
  { platform, signal }: { readonly platform: Platform; readonly signal: AbortSignal },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      const isFinal = error instanceof RequestRefusedError && error.status < 500;
      if (isFinal || signal.aborted) throw error;
      await platform.pause(delayAfter(failures, platform), signal);
    }
  }
}

function runIdIn(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'runId' in answer)
    return String(answer.runId);
  throw new TypeError('The server accepted the message and named no run.');
}
