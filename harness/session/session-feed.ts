import type { SessionEvent, TextDelta, TurnReference } from './event.ts';
import {
  endsTurn,
  type FeedCursor,
  type FeedPage,
  type SessionStore,
  startOfAttempt,
} from './session-store.ts';

/** What a viewer of a session sees: its facts and, before the fact that a model turn has ended, the turn's text. */
export type FeedItem =
  | { readonly kind: 'event'; readonly event: SessionEvent }
  | { readonly kind: 'text-delta'; readonly delta: TextDelta }
  /** The turn is being attempted anew: what was seen of earlier attempts is void. */
  | {
      readonly kind: 'text-restarted';
      readonly turn: TurnReference;
      readonly attempt: number;
    };

export interface SessionFeed {
  /** Tells the subscribers of this process that something has just been stored, if the store does not tell by itself. */
  readonly publish: (sessionId: string) => void;
  /**
   * Yields every event with `seq` greater than `after`, each once and in order, first those stored and then those to
   * come, whichever process stores them. Before the first event of a model turn come the pieces of the turn's text, as
   * early as they are stored, from the first on, each once and in order. Pieces of an attempt that was superseded are not
   * shown once the next has begun; the next begins with `text-restarted`. Ends when `signal` aborts; an error of the
   * store ends it too, and whoever subscribes again behind the last event seen goes on from there: of a turn in
   * progress the text comes again from its beginning, known by attempt and ordinal.
   */
  readonly subscribe: (sessionId: string, options: Viewing) => AsyncIterable<FeedItem>;
}

export interface Viewing {
  /** `seq` of the last event seen, 0 for none. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** Whose principal looks: another tenant's session is one without events. Absent, the runtime itself looks. */
  readonly tenant?: string;
}

/** So much is read at a time: what a viewer who is far behind costs in memory. */
const pageLimit = 200;

/**
 * A feed of what is in the store. A subscriber is a cursor and a bell: rung, it reads on from where it is. Nothing is
 * queued for anybody, so a slow subscriber costs what a page costs; those who are at the same place share one reading.
 */
export function createSessionFeed(store: SessionStore): SessionFeed {
  const bells = new Map<string, Set<() => void>>();
  const reading = sharedReading(store);
  const watch = store.watch ?? watchIn(bells);
  return {
    publish: (sessionId) => {
      for (const ring of bells.get(sessionId) ?? []) ring();
    },
    subscribe: (sessionId, viewing) => follow({ sessionId, ...viewing, reading, watch }),
  };
}

function watchIn(bells: Map<string, Set<() => void>>): NonNullable<SessionStore['watch']> {
  return (sessionId, ring) => {
    const group = bells.get(sessionId) ?? new Set();
    bells.set(sessionId, group.add(ring));
    return () => {
      group.delete(ring);
      if (group.size === 0) bells.delete(sessionId);
    };
  };
}

interface Place {
  readonly sessionId: string;
  readonly tenant: string | undefined;
  readonly cursor: FeedCursor;
}

interface SharedReading {
  readonly read: (place: Place) => Promise<FeedPage>;
  /** Something may have changed: a reading that has begun already may not have seen it, and is no longer shared. */
  readonly outdate: (sessionId: string) => void;
}

/** Who asks for what is just being read, for the same tenant, waits for the same answer. */
function sharedReading(store: SessionStore): SharedReading {
  const readings = new Map<string, Map<string, Promise<FeedPage>>>();
  return {
    outdate: (sessionId) => readings.delete(sessionId),
    read: ({ sessionId, tenant, cursor }) => {
      const ongoing = readings.get(sessionId) ?? new Map<string, Promise<FeedPage>>();
      readings.set(sessionId, ongoing);
      const place = JSON.stringify([tenant ?? null, cursor]);
      const reader = tenant === undefined ? store : store.asTenant(tenant);
      const found = ongoing.get(place);
      if (found !== undefined) return found;
      const reading = reader.readPage(sessionId, cursor, pageLimit).finally(() => {
        ongoing.delete(place);
        if (ongoing.size === 0 && readings.get(sessionId) === ongoing) readings.delete(sessionId);
      });
      ongoing.set(place, reading);
      return reading;
    },
  };
}

/** The bell hangs before the first reading, so whatever is stored behind a reading rings it. */
async function* follow(
  source: Viewing & {
    readonly sessionId: string;
    readonly reading: SharedReading;
    readonly watch: NonNullable<SessionStore['watch']>;
  },
): AsyncIterable<FeedItem> {
  const { sessionId, tenant, signal, reading, watch } = source;
  if (signal.aborted) return;
  const bell = createBell();
  const unwatch = watch(sessionId, () => {
    reading.outdate(sessionId);
    bell.ring();
  });
  const stop = (): void => {
    unwatch();
    bell.ring();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    reading.outdate(sessionId);
    let cursor: FeedCursor = { after: source.after, turns: [] };
    while (!signal.aborted) {
      const page = await reading.read({ sessionId, tenant, cursor });
      for (const item of itemsOf(page, cursor)) {
        yield item;
        if (signal.aborted) return;
      }
      cursor = behind(page, cursor);
      if (page.events.length < pageLimit) await bell.rung();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    unwatch();
  }
}

/** The page as a viewer at `cursor` sees it: the text of a turn before the first event of the turn. */
function* itemsOf({ events, pieces }: FeedPage, cursor: FeedCursor): Iterable<FeedItem> {
  const texts = Map.groupBy(pieces, turnKey);
  for (const event of events) {
    for (const [turn, text] of texts) {
      if (!text.some((piece) => endsTurn(event, piece))) continue;
      yield* textItems(text, cursor);
      texts.delete(turn);
    }
    yield { kind: 'event', event };
  }
  for (const text of texts.values()) yield* textItems(text, cursor);
}

function* textItems(pieces: readonly TextDelta[], cursor: FeedCursor): Iterable<FeedItem> {
  const [first] = pieces;
  if (first === undefined) return;
  const { sessionId, runId, step, attempt } = first;
  const seen = cursor.turns.find((turn) => turnKey(turn) === turnKey(first));
  if (attempt > 1 && seen?.attempt !== attempt) {
    yield { kind: 'text-restarted', turn: { sessionId, runId, step }, attempt };
  }
  for (const delta of pieces) {
    if (delta.ordinal !== startOfAttempt) yield { kind: 'text-delta', delta };
  }
}

/** Where a viewer who was at `cursor` is when it has seen the page. */
function behind({ events, pieces }: FeedPage, { after, turns }: FeedCursor): FeedCursor {
  const places = new Map(turns.map((turn) => [turnKey(turn), turn]));
  for (const { text: _, ...piece } of pieces) places.set(turnKey(piece), piece);
  for (const [turn, place] of places) {
    if (events.some((event) => endsTurn(event, place))) places.delete(turn);
  }
  return { after: events.at(-1)?.seq ?? after, turns: [...places.values()] };
}

const turnKey = ({ runId, step }: Pick<TextDelta, 'runId' | 'step'>): string =>
  JSON.stringify([runId, step]);

interface Bell {
  readonly ring: () => void;
  /** Resolves when it has rung since the last time it was heard. */
  readonly rung: () => Promise<void>;
}

function createBell(): Bell {
  let heard = Promise.withResolvers<void>();
  return {
    ring: () => heard.resolve(),
    rung: async () => {
      await heard.promise;
      heard = Promise.withResolvers();
    },
  };
}
