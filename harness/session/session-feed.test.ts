import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { startPgliteServer } from '../storage/pglite/server/start-pglite-server.ts';
import { sqlSessionStore } from '../storage/sql-session-store.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { startPostgres } from '../testing/postgres-server.ts';
import type { EventDraft, Fact, TextDelta } from './event.ts';
import { createSessionFeed, type FeedItem, type SessionFeed } from './session-feed.ts';
import type { SessionStore } from './session-store.ts';

/** One who stores and one who watches. On a server they share nothing but the database, as two processes would. */
interface TwoSides {
  readonly store: SessionStore;
  readonly feed: SessionFeed;
  readonly close: () => Promise<void>;
}

interface ServedSides extends TwoSides {
  /** Breaks every connection of the watching side, where the server can. */
  readonly cutConnections: () => Promise<void>;
}

async function overServer(url: string, close: () => Promise<void>): Promise<ServedSides> {
  const writing = await openHarnessDatabase({ kind: 'postgres', url });
  const watching = await openHarnessDatabase({ kind: 'postgres', url });
  return {
    store: sqlSessionStore(writing.pool),
    feed: createSessionFeed(sqlSessionStore(watching.pool)),
    cutConnections: async () => {
      await writing.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
    },
    close: async () => {
      await watching.close();
      await writing.close();
      await close();
    },
  };
}

const backends: Readonly<Record<string, () => Promise<TwoSides>>> = {
  memory: async () => {
    const inner = memoryStore(() => 0);
    const feed = createSessionFeed(inner);
    const store: SessionStore = {
      ...inner,
      appendEvents: async (sessionId, drafts) => {
        const stored = await inner.appendEvents(sessionId, drafts);
        feed.publish(sessionId);
        return stored;
      },
      beginAttempt: async (turn) => {
        const number = await inner.beginAttempt(turn);
        feed.publish(turn.sessionId);
        return number;
      },
      appendDelta: async (delta) => {
        await inner.appendDelta(delta);
        feed.publish(delta.sessionId);
      },
    };
    return { store, feed, close: async () => undefined };
  },
  'PGlite in process': async () => {
    const database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    const store = sqlSessionStore(database.pool);
    return { store, feed: createSessionFeed(store), close: database.close };
  },
  'a PGlite server': async () => {
    const server = await startPgliteServer({ dataDir: 'memory' });
    return overServer(server.url, server.close);
  },
  PostgreSQL: overPostgres,
};

async function overPostgres(): Promise<ServedSides> {
  const server = await startPostgres();
  return overServer(await server.createDatabase('feed'), () => server.close());
}

const draft = (step: string): EventDraft => ({
  runId: 'run',
  step,
  ordinal: 0,
  // Any fact will do that does not end the run.
  fact: { type: 'handed-off', from: 'triage', to: 'billing', reason: step },
});

interface Viewer {
  readonly items: readonly FeedItem[];
  /** In a word each: `2` an event, `a0"text"` a piece of an attempt, `restart2`. */
  readonly seen: () => readonly string[];
  readonly leave: () => Promise<void>;
}

function view(feed: SessionFeed, sessionId: string, after = 0): Viewer {
  const items: FeedItem[] = [];
  const leaving = new AbortController();
  const watching = (async () => {
    const shown = feed.subscribe(sessionId, { after, signal: leaving.signal });
    for await (const item of shown) items.push(item);
  })();
  return {
    items,
    seen: () => items.map(wordFor),
    leave: async () => {
      leaving.abort();
      await watching;
    },
  };
}

function wordFor(item: FeedItem): string {
  switch (item.kind) {
    case 'event':
      return String(item.event.seq);
    case 'text-delta':
      return `${item.delta.attempt}.${item.delta.ordinal} ${item.delta.text}`;
    case 'text-restarted':
      return `attempt ${item.attempt}`;
  }
}

/** One attempt at a turn, as a run would stream it. */
async function attempt(store: SessionStore, sessionId: string, step = 'model#1') {
  const turn = { sessionId, runId: 'run', step };
  const number = await store.beginAttempt(turn);
  let ordinal = -1;
  return (text: string): Promise<void> => {
    ordinal += 1;
    const delta: TextDelta = { ...turn, attempt: number, ordinal, text };
    return store.appendDelta(delta);
  };
}

const numbersIn = (words: readonly string[]): readonly string[] =>
  words.filter((word) => /^\d+$/.test(word));

const textIn = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => /^\d+\.\d+ (.*)$/.exec(word)?.[1] ?? []);

/** What a viewer saw, whatever the order in which text and events of different steps came. */
const storyOf = ({ seen }: Viewer): string => [...numbersIn(seen()), ...textIn(seen())].join('|');

describe.each(Object.entries(backends))('a feed over %s', (_name, open) => {
  let sides: TwoSides;
  beforeAll(async () => {
    sides = await open();
  }, 60_000);
  afterAll(() => sides.close());

  test('shows exactly the suffix behind the cursor, then what comes, each event once and in order', async () => {
    const { store, feed } = sides;
    await store.appendEvents('suffix', [draft('a'), draft('b'), draft('c')]);
    const [whole, tail, none] = [0, 2, 3].map((after) => view(feed, 'suffix', after));
    await expect.poll(() => whole?.seen()).toEqual(['1', '2', '3']);
    await store.appendEvents('suffix', [draft('d'), draft('a')]);
    await store.appendEvents('other', [draft('x')]);
    await store.appendEvents('suffix', [draft('e')]);
    await expect.poll(() => whole?.seen()).toEqual(['1', '2', '3', '4', '5']);
    await expect.poll(() => tail?.seen()).toEqual(['3', '4', '5']);
    await expect.poll(() => none?.seen()).toEqual(['4', '5']);
    for (const viewer of [whole, tail, none]) await viewer?.leave();
  });

  test('shows a turn’s text as it streams, and to who comes late from its beginning', async () => {
    const { store, feed } = sides;
    const early = view(feed, 'text');
    await store.appendEvents('text', [draft('receive')]);
    const write = await attempt(store, 'text');
    await write('Let me ');
    await expect.poll(() => early.seen()).toEqual(['1', '1.0 Let me ']);
    const late = view(feed, 'text', 1);
    await expect.poll(() => late.seen()).toEqual(['1.0 Let me ']);
    await write('see.');
    await store.appendEvents('text', [draft('model#1')]);
    await expect.poll(() => late.seen()).toEqual(['1.0 Let me ', '1.1 see.', '2']);
    await expect.poll(() => early.seen()).toEqual(['1', '1.0 Let me ', '1.1 see.', '2']);
    const replay = view(feed, 'text');
    await expect.poll(() => replay.seen()).toEqual(early.seen());
    for (const viewer of [early, late, replay]) await viewer.leave();
  });

  test('takes back a superseded attempt, and shows nothing more of it', async () => {
    const { store, feed } = sides;
    const viewer = view(feed, 'anew');
    const zombie = await attempt(store, 'anew');
    await zombie('Let me ');
    await expect.poll(() => viewer.seen()).toEqual(['1.0 Let me ']);
    const second = await attempt(store, 'anew');
    await expect.poll(() => viewer.seen()).toEqual(['1.0 Let me ', 'attempt 2']);
    await zombie('classify');
    const third = await attempt(store, 'anew');
    await second('Us ');
    await third('Let us see.');
    await store.appendEvents('anew', [draft('model#1')]);
    const end = ['attempt 3', '3.0 Let us see.', '1'];
    await expect.poll(() => viewer.seen().slice(-3)).toEqual(end);
    expect(viewer.seen().filter((word) => /^[12]\./.test(word))).toEqual(['1.0 Let me ']);
    const late = view(feed, 'anew');
    await expect.poll(() => late.seen()).toEqual(end);
    for (const each of [viewer, late]) await each.leave();
  });

  test('forgets the text of a turn that never ended, once its run has', async () => {
    const { store, feed } = sides;
    const write = await attempt(store, 'cancelled');
    await write('half an ans');
    const early = view(feed, 'cancelled');
    await expect.poll(() => early.seen()).toEqual(['1.0 half an ans']);
    const fact: Fact = { type: 'run-cancelled', agent: 'billing', done: [] };
    await store.appendEvents('cancelled', [{ ...draft('end'), fact }]);
    await expect.poll(() => early.seen()).toEqual(['1.0 half an ans', '1']);
    const late = view(feed, 'cancelled', 1);
    await store.appendEvents('cancelled', [{ ...draft('receive'), runId: 'next' }]);
    await expect.poll(() => late.seen()).toEqual(['2']);
    for (const viewer of [early, late]) await viewer.leave();
  });

  test('leads who is far behind through pages without a gap, while more is stored', async () => {
    const { store, feed } = sides;
    const drafts = Array.from({ length: 450 }, (_, index) => draft(`step-${index}`));
    await store.appendEvents('long', drafts.slice(0, 410));
    const write = await attempt(store, 'long', 'step-449');
    await write('so far');
    const viewer = view(feed, 'long');
    for (let from = 410; from < 450; from += 10) {
      await store.appendEvents('long', drafts.slice(from, from + 10));
    }
    await expect.poll(() => viewer.seen().at(-1)).toBe('450');
    const text = viewer.seen().indexOf('1.0 so far');
    expect(text).toBeGreaterThanOrEqual(410);
    expect(viewer.seen().toSpliced(text, 1)).toEqual(drafts.map((_, index) => String(index + 1)));
    await viewer.leave();
  });

  test('shows 200 viewers the same, those who read slowly too', async () => {
    const { store, feed } = sides;
    const viewers = Array.from({ length: 200 }, () => view(feed, 'crowd'));
    const write = await attempt(store, 'crowd', 'step-9');
    for (let index = 0; index < 10; index += 1) {
      if (index > 5) await write(`piece ${index}`);
      await store.appendEvents('crowd', [draft(`step-${index}`)]);
    }
    await expect
      .poll(() => viewers.filter((viewer) => viewer.seen().at(-1) === '10').length, {
        timeout: 20_000,
      })
      .toBe(200);
    const shown = '1|2|3|4|5|6|7|8|9|10|piece 6|piece 7|piece 8|piece 9';
    expect(new Set(viewers.map(storyOf))).toEqual(new Set([shown]));
    for (const viewer of viewers) await viewer.leave();
  });

  test('ends when its viewer leaves, and at once if it has left already', async () => {
    const { feed } = sides;
    await view(feed, 'nothing').leave();
    const gone = feed.subscribe('nothing', { after: 0, signal: AbortSignal.abort() });
    expect(await gone[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
  });
});

test('on PostgreSQL a viewer goes on when all connections of its side break', async () => {
  const { store, feed, cutConnections, close } = await overPostgres();
  const viewer = view(feed, 'cut');
  await store.appendEvents('cut', [draft('a')]);
  await expect.poll(() => viewer.seen()).toEqual(['1']);
  await cutConnections();
  await store.appendEvents('cut', [draft('b')]);
  await expect.poll(() => viewer.seen()).toEqual(['1', '2']);
  await store.appendEvents('cut', [draft('c')]);
  await expect.poll(() => viewer.seen()).toEqual(['1', '2', '3']);
  await viewer.leave();
  await close();
});
