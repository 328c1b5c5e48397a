import { array, assert, asyncProperty, integer } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { EventDraft, Fact } from '../session/event.ts';
import type { SessionStore, SessionTransaction } from '../session/session-store.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import type { Database } from './open-database.ts';
import { sqlSessionStore, sqlSessionTransaction } from './sql-session-store.ts';

// The suite that every session store passes: S1 to S3 of session-store.ts, and the transaction that saves a step.

interface OpenStore {
  readonly store: SessionStore;
  readonly transact: <Result>(
    sessionId: string,
    body: (transaction: SessionTransaction) => Promise<Result>,
  ) => Promise<Result>;
  readonly close: () => Promise<void>;
}

function sqlStore(database: Database, close: () => Promise<void>): OpenStore {
  return {
    store: sqlSessionStore(database.pool),
    transact: async (sessionId, body) => {
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        const result = await body(sqlSessionTransaction(client, { sessionId }));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    close,
  };
}

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => {
    const store = memoryStore(() => 0);
    return { store, transact: store.transact, close: async () => undefined };
  },
  PGlite: async () => {
    const database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    return sqlStore(database, database.close);
  },
  PostgreSQL: async () => {
    const server: PostgresServer = await startPostgres();
    const url = await server.createDatabase('store');
    const database = await openHarnessDatabase({ kind: 'postgres', url });
    return sqlStore(database, async () => {
      await database.close();
      await server.close();
    });
  },
};

const fact = (text: string): Fact => ({ type: 'run-completed', agent: 'billing', text });
const draft = (step: string, ordinal = 0, text = step): EventDraft => ({
  runId: 'run',
  step,
  ordinal,
  fact: fact(text),
});

describe.each(Object.entries(backends))('a session store in %s', (_name, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  test('numbers a session’s events from 1 without gaps, each session for itself', async () => {
    const { store } = opened;
    await store.appendEvents('numbered', [draft('a'), draft('b')]);
    await store.appendEvents('numbered', [draft('c')]);
    await store.appendEvents('other', [draft('a')]);
    const events = await store.readEvents('numbered', 0);
    expect(events.map(({ seq, step }) => [seq, step])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await store.readEvents('other', 0)).toMatchObject([{ seq: 1, sessionId: 'other' }]);
  });

  test('stores an event told twice once, keeps the first and returns only what is new', async () => {
    const { store } = opened;
    await store.appendEvents('told-twice', [draft('a', 0, 'first')]);
    const stored = await store.appendEvents('told-twice', [draft('a', 0, 'second'), draft('b')]);
    expect(stored.map(({ seq, step }) => [seq, step])).toEqual([[2, 'b']]);
    expect((await store.readEvents('told-twice', 0)).map((event) => event.fact)).toEqual([
      fact('first'),
      fact('b'),
    ]);
  });

  test('reads the suffix behind a cursor', async () => {
    const { store } = opened;
    await store.appendEvents('suffix', [draft('a'), draft('b'), draft('c')]);
    expect((await store.readEvents('suffix', 2)).map((event) => event.step)).toEqual(['c']);
    expect(await store.readEvents('suffix', 3)).toEqual([]);
    expect(await store.readEvents('nobody', 0)).toEqual([]);
  });

  test('keeps the numbers contiguous under any interleaving of writers who repeat each other (seed 7)', async () => {
    const { store } = opened;
    let session = 0;
    const writes = array(array(integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 6,
    });
    await assert(
      asyncProperty(writes, async (batches) => {
        session += 1;
        const name = `writers-${session}`;
        await Promise.all(
          batches.map((steps) =>
            store.appendEvents(
              name,
              [...new Set(steps)].map((step) => draft(`step-${step}`)),
            ),
          ),
        );
        const events = await store.readEvents(name, 0);
        expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
        expect(events.map((event) => event.step).toSorted()).toEqual(
          [...new Set(batches.flat())].map((step) => `step-${step}`).toSorted(),
        );
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  test('shows only the latest attempt at a turn, and lets a superseded one write nothing', async () => {
    const { store } = opened;
    const turn = { sessionId: 'turn', runId: 'run', step: 'model#1' };
    const first = await store.beginAttempt(turn);
    await store.appendDelta({ ...turn, attempt: first, ordinal: 0, text: 'Let me ' });
    const second = await store.beginAttempt(turn);
    await store.appendDelta({ ...turn, attempt: second, ordinal: 0, text: 'Let ' });
    await store.appendDelta({ ...turn, attempt: first, ordinal: 1, text: 'classify' });
    await store.appendDelta({ ...turn, attempt: second, ordinal: 1, text: 'us see' });
    const deltas = await store.readDeltas('turn');
    expect(second).toBeGreaterThan(first);
    expect(deltas.map((delta) => delta.text)).toEqual(['Let ', 'us see']);
  });

  test('counts a session’s runs and names the one before', async () => {
    const admissions = [];
    for (const runId of ['one', 'two']) {
      admissions.push(await opened.transact('admission', (session) => session.admitRun(runId)));
    }
    expect(admissions).toEqual([
      { runOrdinal: 1, previousRunId: null },
      { runOrdinal: 2, previousRunId: 'one' },
    ]);
  });

  test('keeps nothing of a transaction that fails', async () => {
    const { store, transact } = opened;
    const failing = transact('undone', async (transaction) => {
      await transaction.admitRun('lost');
      await transaction.put({ collection: 'drafts', key: 'one', value: { text: 'lost' } });
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(await store.readRecords('undone')).toEqual([]);
    expect(await transact('undone', (transaction) => transaction.admitRun('first'))).toEqual({
      runOrdinal: 1,
      previousRunId: null,
    });
  });

  test('undoes only what failed of a transaction that goes on', async () => {
    const { store, transact } = opened;
    await transact('partly', async (transaction) => {
      await transaction.put({ collection: 'drafts', key: 'kept', value: 1 });
      const failing = transaction.undoIfThrown(async () => {
        await transaction.put({ collection: 'drafts', key: 'kept', value: 2 });
        await transaction.put({ collection: 'drafts', key: 'lost', value: 3 });
        throw new Error('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      await transaction.undoIfThrown(() =>
        transaction.put({ collection: 'drafts', key: 'later', value: 4 }),
      );
    });
    expect(await store.readRecords('partly')).toEqual([
      { collection: 'drafts', key: 'kept', value: 1 },
      { collection: 'drafts', key: 'later', value: 4 },
    ]);
  });

  test('reads records inside the transaction as written, and outside once it is committed', async () => {
    const { store, transact } = opened;
    const seen = await transact('records', async (transaction) => {
      await transaction.put({ collection: 'drafts', key: 'b', value: { text: 'old' } });
      await transaction.put({ collection: 'drafts', key: 'b', value: { text: 'new' } });
      await transaction.put({ collection: 'drafts', key: 'a', value: [1, null, 'x'] });
      return transaction.get('drafts', 'b');
    });
    expect(seen).toEqual({ text: 'new' });
    expect(await store.records('records').get('drafts', 'a')).toEqual([1, null, 'x']);
    expect(await store.records('records').get('drafts', 'missing')).toBeUndefined();
    expect((await store.readRecords('records')).map((record) => record.key)).toEqual(['a', 'b']);
  });
});
