import type { Platform } from './platform.ts';
import type { HelloFrame, ServerFrame } from './protocol.ts';

/** One connection: the frames of a server, until it ends. */
export interface Frames {
  /** The next frame; undefined when the connection has ended. */
  readonly next: () => Promise<ServerFrame | undefined>;
  /** The code it ended with; 1006 when it broke. */
  readonly closeCode: () => number;
  readonly close: () => void;
}

/** How many heartbeats may stay away before the server is taken for gone. */
const missedHeartbeats = 2.5;
/** How long a connection may take to say `ready`. */
const readyMs = 10_000;
const brokenCode = 1006;

/** Opens a viewer's WebSocket and says hello. A server that falls silent ends the connection. */
export function openFrames(options: {
  readonly url: string;
  readonly key: string | undefined;
  readonly platform: Platform;
  readonly signal: AbortSignal;
}): Frames {
  const { url, key, platform, signal } = options;
  const socket = platform.openSocket(url);
  const ended = new AbortController();
  const waiting: ServerFrame[] = [];
  let bell = Promise.withResolvers<void>();
  let silenceMs = readyMs;
  let closeCode = brokenCode;
  const end = (code = brokenCode): void => {
    if (ended.signal.aborted) return;
    closeCode = code;
    ended.abort();
    bell.resolve();
    socket.close();
  };
  const hello: HelloFrame = { type: 'hello', ...(key === undefined ? {} : { key }) };
  socket.addEventListener('open', () => socket.send(JSON.stringify(hello)));
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
    const frame = frameFrom(data);
    if (frame === undefined || ended.signal.aborted) return end();
    if (frame.type === 'ready') silenceMs = frame.heartbeatMs * missedHeartbeats;
    waiting.push(frame);
    bell.resolve();
  });
  socket.addEventListener('close', ({ code }: { readonly code: number }) => end(code));
  socket.addEventListener('error', () => end());
  signal.addEventListener('abort', () => end(), { once: true });
  return {
    next: async () => {
      while (waiting.length === 0 && !ended.signal.aborted) {
        const heard = new AbortController();
        const silence = platform.pause(silenceMs, heard.signal).then(() => 'silent' as const);
        const first = await Promise.race([bell.promise, silence]);
        heard.abort();
        if (first === 'silent') end();
        bell = Promise.withResolvers();
      }
      return waiting.shift();
    },
    closeCode: () => closeCode,
    close: () => end(),
  };
}

function frameFrom(data: unknown): ServerFrame | undefined {
  try {
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    return isServerFrame(frame) ? frame : undefined;
  } catch {
    // A frame that is no JSON did not come from our server; the connection ends.
    return undefined;
  }
}

/** The server is trusted with what is in a frame it has named. */
function isServerFrame(value: unknown): value is ServerFrame {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const { type } = value;
  return type === 'ready' || type === 'heartbeat' || (type === 'item' && 'item' in value);
}
