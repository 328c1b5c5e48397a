import { setTimeout as sleep } from 'node:timers/promises';
import { createSessionFeed, type FeedItem, type SessionStore } from '#harness';

// People who watch a session while its worker is killed and recovers. They are not in the worker's process: all they have
// in common with it is the database.

/** What was shown over one connection, in the order in which it came, behind the event with the number `after`. */
export interface Connection {
  readonly after: number;
  readonly items: readonly FeedItem[];
}

/** All that one viewer was shown. */
export interface Viewing {
  /** `viewer 1`, `late viewer 1`. */
  readonly name: string;
  readonly connections: readonly Connection[];
}

export interface Viewers {
  /** The worker has died: half of those who watch come back over a new connection, and the late ones come. */
  readonly onDeath: () => void;
  /** Waits until everybody has been shown the event with this number, or nobody is shown anything any more. */
  readonly leave: (lastSeq: number) => Promise<readonly Viewing[]>;
}

export interface ViewerCounts {
  /** Those who watch from the beginning. */
  readonly viewers: number;
  /** Those who come when the worker has died. */
  readonly lateViewers: number;
}

/** Nothing shown for this long: whoever lacks something now has lost it. */
const silenceLimitMs = 5_000;
const pollingMs = 10;

export function openViewers(
  store: SessionStore,
  sessionId: string,
  { viewers, lateViewers }: ViewerCounts,
): Viewers {
  const feed = createSessionFeed(store);
  const arrive = (name: string, count: number): Viewer[] =>
    Array.from({ length: count }, (_, index) =>
      watch(`${name} ${index + 1}`, (after, signal) =>
        feed.subscribe(sessionId, { after, signal }),
      ),
    );
  const present = arrive('viewer', viewers);
  return {
    onDeath: () => {
      for (const [index, viewer] of present.entries()) if (index % 2 === 1) viewer.reconnect();
      present.push(...arrive('late viewer', lateViewers));
    },
    leave: async (lastSeq) => {
      await untilShown(present, lastSeq);
      return Promise.all(present.map((viewer) => viewer.leave()));
    },
  };
}

interface Viewer {
  readonly name: string;
  /** How much it has been shown. */
  readonly itemCount: () => number;
  readonly lastSeq: () => number;
  readonly reconnect: () => void;
  readonly leave: () => Promise<Viewing>;
}

type Subscribe = (after: number, signal: AbortSignal) => AsyncIterable<FeedItem>;

function watch(name: string, subscribe: Subscribe): Viewer {
  const connections: { readonly after: number; readonly items: FeedItem[] }[] = [];
  const lastSeq = (): number =>
    Math.max(
      0,
      ...connections.flatMap(({ items }) =>
        items.flatMap((item) => (item.kind === 'event' ? [item.event.seq] : [])),
      ),
    );
  let hangUp = new AbortController();
  const connect = async (): Promise<void> => {
    const connection = { after: lastSeq(), items: [] as FeedItem[] };
    connections.push(connection);
    hangUp = new AbortController();
    for await (const item of subscribe(connection.after, hangUp.signal)) {
      connection.items.push(item);
    }
  };
  let connected = connect();
  return {
    name,
    lastSeq,
    itemCount: () => connections.reduce((sum, { items }) => sum + items.length, 0),
    reconnect: () => {
      hangUp.abort();
      connected = connected.then(connect);
    },
    leave: async () => {
      hangUp.abort();
      await connected;
      return { name, connections };
    },
  };
}

async function untilShown(present: readonly Viewer[], lastSeq: number): Promise<void> {
  const shown = (): number => present.reduce((sum, viewer) => sum + viewer.itemCount(), 0);
  let count = -1;
  let quietMs = 0;
  while (quietMs < silenceLimitMs && present.some((viewer) => viewer.lastSeq() < lastSeq)) {
    quietMs = shown() > count ? 0 : quietMs + pollingMs;
    count = shown();
    await sleep(pollingMs);
  }
}
