import type { Principal, SessionEvent, TextDelta } from './session/event.ts';
import type { FeedItem, SessionFeed, Viewing } from './session/session-feed.ts';
import type { SessionReader, SessionRecord, SessionStore } from './session/session-store.ts';

/** What is shown of sessions: of all of them, or of those of one tenant. */
export interface HarnessReader {
  /** Whose session it is; undefined when it is not there. */
  readonly owner: (sessionId: string) => Promise<Principal | undefined>;
  /** The session's events with `seq` greater than `after`. */
  readonly events: (sessionId: string, after?: number) => Promise<readonly SessionEvent[]>;
  /** The stored text deltas of the session's model turns. */
  readonly deltas: (sessionId: string) => Promise<readonly TextDelta[]>;
  /** Stored events after a cursor, then live ones and text deltas, until `signal` aborts. */
  readonly subscribe: (
    sessionId: string,
    options: Omit<Viewing, 'tenant'>,
  ) => AsyncIterable<FeedItem>;
  readonly records: (sessionId: string) => Promise<readonly SessionRecord[]>;
}

/** Reads as the runtime, of every tenant, and for the principals of one. */
export interface HarnessReaders extends HarnessReader {
  /** What principals of the tenant may be shown: in a database it is the database that sees to it. */
  readonly asTenant: (tenant: string) => HarnessReader;
}

export function harnessReaders(store: SessionStore, { subscribe }: SessionFeed): HarnessReaders {
  return {
    ...readerOf(store, subscribe),
    asTenant: (tenant) =>
      readerOf(store.asTenant(tenant), (sessionId, viewing) =>
        subscribe(sessionId, { ...viewing, tenant }),
      ),
  };
}

function readerOf(
  { readOwner, readEvents, readDeltas, readRecords }: SessionReader,
  subscribe: SessionFeed['subscribe'],
): HarnessReader {
  return {
    owner: readOwner,
    events: (sessionId, after = 0) => readEvents(sessionId, after),
    deltas: readDeltas,
    subscribe,
    records: readRecords,
  };
}
