import type { FeedItem } from '../session/session-feed.ts';

// What goes over a viewer's WebSocket, as JSON texts. The server and the client library both take it from here.
//
//   V1. The client speaks first and once: `hello`. The server answers `ready`, or closes with a code that says why not.
//   V2. A viewer is sent every event after its cursor once and in order; a connection that ends for whatever reason is
//       resumed with the `seq` of the last event seen.
//   V3. Of a turn in progress a viewer is sent the text from its beginning, then what comes; a later attempt replaces it.

/** The viewer's only frame. `key` is absent in development mode. */
export interface HelloFrame {
  readonly type: 'hello';
  readonly key?: string;
}

export type ServerFrame =
  | { readonly type: 'ready'; readonly heartbeatMs: number }
  | { readonly type: 'item'; readonly item: FeedItem }
  /** Said when nothing else is: a viewer that hears nothing for longer has lost its server. */
  | { readonly type: 'heartbeat' };

/** Why a server ends a viewer's connection. */
export const closeCodes = {
  /** The server stops; another, or the same again, takes the viewer at its cursor. */
  restart: 1012,
  /** The server cannot reach its database for now: the viewer comes back later. */
  away: 1013,
  badFrame: 4400,
  unauthenticated: 4401,
  /** No such session, or not this principal's: the two are not told apart. */
  sessionMissing: 4404,
  /** `hello` did not come in time. */
  silent: 4408,
  /** The viewer reads more slowly than the session is told; it resumes at its cursor. */
  slow: 4413,
  failed: 4500,
} as const;

/** The body of every answer that is not a success. */
export interface ApiErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** What `GET /v1/sessions/:id` says. */
export interface SessionState {
  readonly sessionId: string;
  /** The agent in charge; absent before the first run has begun. */
  readonly agent?: string;
  /** `seq` of the newest event. */
  readonly lastSeq: number;
  readonly runs: readonly {
    readonly runId: string;
    readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'steered';
  }[];
}
