import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { closeCodes, type ServerFrame } from '../client/protocol.ts';
import type { Log } from '../host/host.ts';
import { type Access, holderOf } from './access.ts';
import { ApiError, apiErrorFrom } from './api-error.ts';
import { strangeOrigin } from './create-app.ts';
import type { OriginGuard } from './origin-guard.ts';
import { writeRefusal } from './raw-refusal.ts';
import { bodyFrom, cursorFrom, helloSchema, sessionIdFrom } from './requests.ts';
import type { SessionAccess } from './session-access.ts';

// Viewers over WebSocket.
//
//   W1. A session is read as fast as its viewer reads; what waits for one in this process is bounded. A viewer that takes
//       nothing for too long is cut and resumes at its cursor.
//   W2. A viewer that is not heard of for two heartbeats is gone.
//   W3. Nobody is told anything before `hello` has been accepted.

export interface ViewerLimits {
  /** Bytes that may wait for one viewer before the next item does. */
  readonly bufferBytes: number;
  /** How long a viewer with a full buffer may take nothing. */
  readonly stallMs: number;
  readonly heartbeatMs: number;
  /** How long a viewer may take to say hello, and one that is cut to say goodbye. */
  readonly patienceMs: number;
}

export interface ViewersOptions {
  readonly access: Access;
  readonly sessions: SessionAccess;
  readonly isWelcome: OriginGuard;
  readonly limits: ViewerLimits;
  readonly log: Log;
}

export interface Viewers {
  /** Takes over an HTTP connection that asks to become a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Sends everybody away with the code for a restart. */
  readonly close: () => Promise<void>;
}

const helloBytesLimit = 1_024;
const pathPattern = /^\/v1\/sessions\/([^/]+)\/stream$/;

export function createViewers(options: ViewersOptions): Viewers {
  const { isWelcome, limits } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: helloBytesLimit });
  const stopBeating = beat(sockets, limits.heartbeatMs);
  return {
    upgrade: (request, socket, head) => {
      const place = placeOf(request.url);
      const { origin, host } = request.headers;
      if (!isWelcome({ origin, host })) return writeRefusal(socket, strangeOrigin());
      if (place === undefined) return writeRefusal(socket, unknownStream);
      sockets.handleUpgrade(request, socket, head, (viewer) => void serve(viewer, place, options));
    },
    close: async () => {
      stopBeating();
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      for (const viewer of sockets.clients) end(viewer, 'restart', limits);
      await Promise.race([closed, pause(limits.patienceMs)]);
      for (const viewer of sockets.clients) viewer.terminate();
    },
  };
}

interface StreamPlace {
  readonly sessionId: string;
  readonly after: string | null;
}

const unknownStream = new ApiError(404, {
  code: 'ROUTE_UNKNOWN',
  message: 'No WebSocket is spoken at this path.',
});

function placeOf(target: string | undefined): StreamPlace | undefined {
  const url = URL.parse(target ?? '', 'http://localhost');
  const sessionId = url === null ? undefined : pathPattern.exec(url.pathname)?.[1];
  return url === null || sessionId === undefined
    ? undefined
    : { sessionId, after: url.searchParams.get('after') };
}

async function serve(
  viewer: WebSocket,
  place: StreamPlace,
  options: ViewersOptions,
): Promise<void> {
  const { access, sessions, limits, log } = options;
  const gone = new AbortController();
  viewer.on('close', () => gone.abort());
  // What breaks on the way to a viewer is followed by `close`, and is the viewer's to mend.
  viewer.on('error', () => undefined);
  try {
    const hello = await helloFrom(viewer, limits);
    if (hello === undefined) return;
    const { principal } = await holderOf(access, hello.key);
    const sessionId = sessionIdFrom(place.sessionId);
    const after = cursorFrom(place.after);
    const reader = await sessions.toRead(sessionId, principal);
    viewer.on('message', () => end(viewer, 'badFrame', limits));
    send(viewer, { type: 'ready', heartbeatMs: limits.heartbeatMs });
    for await (const item of reader.subscribe(sessionId, { after, signal: gone.signal })) {
      await deliver(viewer, { type: 'item', item }, limits);
      // It may have been sent away, and takes its time to go.
      if (viewer.readyState !== viewer.OPEN) return;
    }
  } catch (error) {
    const { status } = apiErrorFrom(error);
    const reason = closeReasons[status] ?? 'failed';
    if (reason === 'failed') log.warn('viewer-failed', { error });
    end(viewer, reason, limits);
  }
}

type CloseReason = keyof typeof closeCodes;

const closeReasons: Readonly<Record<number, CloseReason>> = {
  400: 'badFrame',
  401: 'unauthenticated',
  404: 'sessionMissing',
  503: 'away',
};

/** The first frame; undefined when the viewer was ended for want of one. Throws ApiError for a frame that is no hello. */
async function helloFrom(
  viewer: WebSocket,
  limits: ViewerLimits,
): Promise<{ readonly key?: string | undefined } | undefined> {
  const first = Promise.withResolvers<string | undefined>();
  viewer.once('message', (data: RawData, isBinary: boolean) =>
    first.resolve(isBinary ? '' : textOf(data)),
  );
  viewer.once('close', () => first.resolve(undefined));
  const text = await Promise.race([first.promise, pause(limits.patienceMs).then(() => null)]);
  if (text === null) end(viewer, 'silent', limits);
  if (text === null || text === undefined) return undefined;
  return bodyFrom(helloSchema, parsed(text));
}

/** Resolves when there is room for the next frame, or the viewer has been cut. */
async function deliver(viewer: WebSocket, frame: ServerFrame, limits: ViewerLimits): Promise<void> {
  const taken = Promise.withResolvers<'taken'>();
  // Called with an error when the viewer has gone; `close` tells of that.
  viewer.send(frameText(frame), () => taken.resolve('taken'));
  if (viewer.bufferedAmount <= limits.bufferBytes) return;
  const first = await Promise.race([taken.promise, pause(limits.stallMs)]);
  if (first !== 'taken') end(viewer, 'slow', limits);
}

/** Says goodbye, and hangs up on who does not answer. */
function end(viewer: WebSocket, reason: CloseReason, { patienceMs }: ViewerLimits): void {
  if (viewer.readyState !== viewer.OPEN) return;
  viewer.close(closeCodes[reason], reason);
  void pause(patienceMs).then(() => viewer.terminate());
}

function send(viewer: WebSocket, frame: ServerFrame): void {
  if (viewer.readyState === viewer.OPEN) viewer.send(frameText(frame));
}

const frameText = (frame: ServerFrame): string => JSON.stringify(frame);

/** Tells every viewer that the server is there, and drops those that have not answered since the last time. */
function beat(sockets: WebSocketServer, everyMs: number): () => void {
  const silent = new WeakSet<WebSocket>();
  const stopped = new AbortController();
  const loop = async (): Promise<void> => {
    for (await pause(everyMs); !stopped.signal.aborted; await pause(everyMs)) {
      for (const viewer of sockets.clients) {
        if (silent.has(viewer)) {
          viewer.terminate();
          continue;
        }
        silent.add(viewer);
        viewer.once('pong', () => silent.delete(viewer));
        viewer.ping();
        send(viewer, { type: 'heartbeat' });
      }
    }
  };
  void loop();
  return () => stopped.abort();
}

/** Does not keep the process alive. */
function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(durationMs).addEventListener('abort', () => resolve(), { once: true });
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is no hello, which is what the schema will say.
    return undefined;
  }
}
