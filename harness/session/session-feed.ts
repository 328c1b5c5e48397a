import type { SessionEvent, TextDelta } from './event.ts';
import type { SessionStore } from './session-store.ts';

/** What a viewer of a session sees: its facts and, between them, a model turn's text as it streams. */
export type FeedItem =
  | { readonly kind: 'event'; readonly event: SessionEvent }
  | { readonly kind: 'text-delta'; readonly delta: TextDelta };

type Listener = (item: FeedItem) => void;

export interface SessionFeed {
  /** Tells the subscribers of this process what has just been stored. */
  readonly publish: (sessionId: string, items: readonly FeedItem[]) => void;
  /**
   * Yields every event with `seq` greater than `after`, each once and in order, first those stored and then those to
   * come, and the text deltas of turns in progress. Ends when `signal` aborts.
   */
  readonly subscribe: (
    sessionId: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ) => AsyncIterable<FeedItem>;
}

/** A feed for the subscribers within one process. */
export function createSessionFeed(store: SessionStore): SessionFeed {
  const listeners = new Map<string, Set<Listener>>();
  return {
    publish: (sessionId, items) => {
      for (const listener of listeners.get(sessionId) ?? [])
        for (const item of items) listener(item);
    },
    subscribe: (sessionId, { after, signal }) => {
      const mailbox = createMailbox(signal);
      const group = listeners.get(sessionId) ?? new Set();
      listeners.set(sessionId, group.add(mailbox.put));
      signal.addEventListener('abort', () => group.delete(mailbox.put), { once: true });
      return follow({ store, sessionId, after, mailbox });
    },
  };
}

/** Listening has begun before history is read, so nothing falls between the two; `seq` drops what comes twice. */
async function* follow(source: {
  readonly store: SessionStore;
  readonly sessionId: string;
  readonly after: number;
  readonly mailbox: Mailbox;
}): AsyncIterable<FeedItem> {
  let cursor = source.after;
  for (const event of await source.store.readEvents(source.sessionId, cursor)) {
    cursor = event.seq;
    yield { kind: 'event', event };
  }
  for await (const item of source.mailbox.items()) {
    if (item.kind === 'text-delta') yield item;
    else if (item.event.seq > cursor) {
      cursor = item.event.seq;
      yield item;
    }
  }
}

interface Mailbox {
  readonly put: Listener;
  readonly items: () => AsyncIterable<FeedItem>;
}

function createMailbox(signal: AbortSignal): Mailbox {
  let waiting: FeedItem[] = [];
  let wake = Promise.withResolvers<void>();
  const ring = (): void => wake.resolve();
  signal.addEventListener('abort', ring, { once: true });
  return {
    put: (item) => {
      waiting.push(item);
      ring();
    },
    items: async function* () {
      while (true) {
        const batch = waiting;
        waiting = [];
        yield* batch;
        if (waiting.length > 0) continue;
        if (signal.aborted) return;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}
