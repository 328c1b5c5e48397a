import { array, assert, asyncProperty, integer } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { currentStateVersion } from '../session/admission.ts';
import type { EventDraft, Fact, Principal } from '../session/event.ts';
import type { SessionReader, SessionStore, SessionTransaction } from '../session/session-store.ts';
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
  /** As if code of another version had written the session. */
  readonly setStateVersion: (sessionId: string, version: number) => Promise<void>;
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
    setStateVersion: async (sessionId, version) => {
      await database.pool.query(
        'update groundhog.sessions set state_version = $2 where session_id = $1',
        [sessionId, version],
      );
    },
    close,
  };
}

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => {
    const store = memoryStore(() => 0);
    return {
      store,
      transact: store.transact,
      setStateVersion: async (sessionId, version) => store.setStateVersion(sessionId, version),
      close: async () => undefined,
    };
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

const ann: Principal = { id: 'ann', role: 'customer', tenant: 'acme' };
const ben: Principal = { id: 'ben', role: 'customer', tenant: 'bolt' };
const strangers: readonly Principal[] = [
  ben,
  { ...ann, id: 'eve' },
  { ...ann, role: 'supervisor' },
  { ...ann, tenant: 'bolt' },
];

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
    // Whoever was not told that it is stored stores it again.
    await store.appendDelta({ ...turn, attempt: second, ordinal: 1, text: 'us see' });
    const deltas = await store.readDeltas('turn');
    expect(second).toBeGreaterThan(first);
    expect(deltas.map((delta) => delta.text)).toEqual(['Let ', 'us see']);
  });

  test('counts a session’s runs and names the one before', async () => {
    const admissions = [];
    for (const runId of ['one', 'two']) {
      admissions.push(
        await opened.transact('admission', (session) =>
          session.admitRun({ runId, principal: ann }),
        ),
      );
    }
    expect(admissions).toEqual([
      { runOrdinal: 1, previousRunId: null },
      { runOrdinal: 2, previousRunId: 'one' },
    ]);
  });

  test('keeps nothing of a transaction that fails', async () => {
    const { store, transact } = opened;
    const failing = transact('undone', async (transaction) => {
      await transaction.admitRun({ runId: 'lost', principal: ann });
      await transaction.put({ collection: 'drafts', key: 'one', value: { text: 'lost' } });
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(await store.readRecords('undone')).toEqual([]);
    const admission = await transact('undone', (transaction) =>
      transaction.admitRun({ runId: 'first', principal: ben }),
    );
    expect(admission).toEqual({ runOrdinal: 1, previousRunId: null });
    expect(await store.readOwner('undone')).toEqual(ben);
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

  const enter = (sessionId: string, runId: string, principal: Principal) =>
    opened.transact(sessionId, (transaction) => transaction.admitRun({ runId, principal }));

  /** All that a store knows of a session. */
  const allOf = async (sessionId: string, reader: SessionReader = opened.store) => ({
    owner: await reader.readOwner(sessionId),
    events: await reader.readEvents(sessionId, 0),
    page: await reader.readPage(sessionId, { after: 0, turns: [] }, 100),
    deltas: await reader.readDeltas(sessionId),
    record: await reader.records(sessionId).get('drafts', 'a'),
    records: await reader.readRecords(sessionId),
  });

  async function fill(sessionId: string, principal: Principal): Promise<void> {
    const turn = { sessionId, runId: 'run', step: 'model#1' };
    await opened.transact(sessionId, async (transaction) => {
      await transaction.admitRun({ runId: 'run', principal });
      await transaction.put({ collection: 'drafts', key: 'a', value: principal.id });
    });
    await opened.store.appendEvents(sessionId, [draft('a')]);
    const attempt = await opened.store.beginAttempt(turn);
    await opened.store.appendDelta({ ...turn, attempt, ordinal: 0, text: 'text' });
  }

  test('a session is its first principal’s, and a run of anybody else changes nothing of it', async () => {
    await fill('owned', ann);
    const before = await allOf('owned');
    expect(before.owner).toEqual(ann);
    for (const stranger of strangers) {
      expect(await enter('owned', 'foreign', stranger)).toEqual({
        refused: { code: 'SESSION_MISSING', message: expect.stringContaining('no session owned') },
      });
      expect(await opened.store.claim('owned', stranger)).toEqual(ann);
    }
    expect(await allOf('owned')).toEqual(before);
    expect(await enter('owned', 'next', ann)).toEqual({ runOrdinal: 2, previousRunId: 'run' });
  });

  test('a claim is the claimant’s before anything is said', async () => {
    expect(await opened.store.readOwner('claimed')).toBeUndefined();
    expect(await opened.store.claim('claimed', ann)).toEqual(ann);
    expect(await opened.store.claim('claimed', ben)).toEqual(ann);
    expect(await enter('claimed', 'one', ben)).toMatchObject({ refused: {} });
    expect(await enter('claimed', 'one', ann)).toEqual({ runOrdinal: 1, previousRunId: null });
  });

  test('a tenant’s reader reads its own sessions, and of another’s nothing', async () => {
    await fill('of-acme', ann);
    const { store } = opened;
    const all = await allOf('of-acme');
    expect(all).toMatchObject({ owner: ann, events: [{}], deltas: [{}], record: 'ann' });
    expect(await allOf('of-acme', store.asTenant('acme'))).toEqual(all);
    const nothing = await allOf('never', store.asTenant('acme'));
    for (const tenant of ['bolt', '', "acme' or true --"]) {
      expect(await allOf('of-acme', store.asTenant(tenant))).toEqual(nothing);
    }
    // What one reader was let see leaves nothing behind for who reads next on the same connection.
    expect(await allOf('of-acme')).toEqual(all);
  });

  test('a session of before owners is its first speaker’s when its next run enters, and that run says so', async () => {
    const { store, setStateVersion } = opened;
    const spoken: Fact = { type: 'message-received', text: 'hi', principal: ann, receivedAt: 0 };
    await store.appendEvents('old', [{ ...draft('receive-message'), fact: spoken }]);
    await setStateVersion('old', 1);
    const before = await allOf('old');
    expect(before.owner).toBeUndefined();
    expect(await enter('old', 'foreign', ben)).toMatchObject({
      refused: { code: 'SESSION_MISSING' },
    });
    expect(await allOf('old')).toEqual(before);
    expect(await store.asTenant('acme').readEvents('old', 0)).toEqual([]);
    const migrated = { from: 1, to: currentStateVersion };
    expect(await enter('old', 'next', ann)).toMatchObject({ migrated });
    expect(await store.readOwner('old')).toEqual(ann);
    expect(await store.asTenant('acme').readEvents('old', 0)).toEqual(before.events);
    expect(await enter('old', 'later', ann)).not.toHaveProperty('migrated');
  });

  test('a session of a newer version is refused, and nothing of it changes', async () => {
    const { setStateVersion } = opened;
    await fill('newer', ann);
    await setStateVersion('newer', currentStateVersion + 1);
    const before = await allOf('newer');
    expect(await enter('newer', 'next', ann)).toEqual({
      refused: {
        code: 'SESSION_VERSION',
        message: expect.stringContaining(`of version ${currentStateVersion + 1}`),
      },
    });
    expect(await allOf('newer')).toEqual(before);
    await setStateVersion('newer', currentStateVersion);
    expect(await enter('newer', 'next', ann)).toEqual({ runOrdinal: 2, previousRunId: 'run' });
  });
});
