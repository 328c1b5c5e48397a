import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LimitStore } from '../safety/limits.ts';
import type { LimitUse } from '../session/limit-use.ts';
import { memoryLimitStore } from '../testing/memory-limit-store.ts';
import { testDatabases } from '../testing/test-databases.ts';
import type { Database } from './open-database.ts';
import { sqlLimitStore, sqlLimitTransaction } from './sql-limit-store.ts';

// The suite that every limit store passes: Q1 to Q4 of limits.ts.

interface OpenStore {
  readonly store: LimitStore;
  /** The same limits, as another process counts them. */
  readonly other: LimitStore;
  readonly database?: Database;
  readonly close: () => Promise<void>;
}

const sqlStore = (database: Database): OpenStore => ({
  store: sqlLimitStore(database.pool),
  other: sqlLimitStore(database.pool),
  database,
  close: database.close,
});

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => {
    const store = memoryLimitStore();
    return { store, other: store, close: async () => undefined };
  },
  PGlite: async () => sqlStore(await testDatabases.PGlite()),
  PostgreSQL: async () => sqlStore(await testDatabases.PostgreSQL()),
};

const use = (limit: string, key: string, over: Partial<LimitUse> = {}): LimitUse => ({
  limit,
  key,
  windowStartMs: 60_000,
  amount: 1,
  max: 2,
  ...over,
});

describe.each(Object.entries(backends))('a limit store in %s', (_name, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  const ask = async (...uses: readonly LimitUse[]): Promise<unknown> =>
    (await opened.store.use(uses)).map(({ allowed, used }) => [allowed, used]);

  test('admits up to the maximum and no further, each limit and window for itself', async () => {
    expect(await ask(use('calls', 'a'))).toEqual([[true, 1]]);
    expect(await ask(use('calls', 'b'))).toEqual([[true, 2]]);
    expect(await ask(use('calls', 'c'))).toEqual([[false, 2]]);
    expect(await ask(use('other', 'c'))).toEqual([[true, 1]]);
    expect(await ask(use('calls', 'd', { windowStartMs: 120_000 }))).toEqual([[true, 1]]);
  });

  test('counts a use told twice once, in a later window too', async () => {
    await ask(use('twice', 'a', { max: 1 }));
    expect(await ask(use('twice', 'a', { max: 1 }))).toEqual([[true, 1]]);
    expect(await ask(use('twice', 'a', { max: 1, windowStartMs: 120_000 }))).toEqual([[true, 0]]);
    expect(await ask(use('twice', 'b', { max: 1 }))).toEqual([[false, 1]]);
  });

  test('weighs amounts, and 0 only asks', async () => {
    expect(await ask(use('tokens', 'a', { amount: 700, max: 1000 }))).toEqual([[true, 700]]);
    expect(await ask(use('tokens', 'b', { amount: 301, max: 1000 }))).toEqual([[false, 700]]);
    expect(await ask(use('tokens', 'b', { amount: 0, max: 1000 }))).toEqual([[true, 700]]);
    expect(await ask(use('tokens', 'b', { amount: 300, max: 1000 }))).toEqual([[true, 1000]]);
    expect(await ask(use('tokens', 'c', { amount: 0, max: 1000 }))).toEqual([[false, 1000]]);
  });

  test('refuses an amount that would give something back', async () => {
    await expect(ask(use('back', 'a', { amount: -1 }))).rejects.toThrow(RangeError);
    await expect(ask(use('back', 'a', { amount: 0.5 }))).rejects.toThrow(RangeError);
  });

  test('counts a use in all of its limits or in none', async () => {
    await ask(use('full', 'a', { max: 1 }));
    expect(await ask(use('free', 'b'), use('full', 'b', { max: 1 }))).toEqual([
      [true, 0],
      [false, 1],
    ]);
    expect(await ask(use('free', 'c'), use('free too', 'c'))).toEqual([
      [true, 1],
      [true, 1],
    ]);
  });

  test('of fifty at once it admits exactly the maximum, whichever limit they name first', async () => {
    const { store, other } = opened;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const both = [
          use('crowd', `k${index}`, { max: 7 }),
          use('crowd too', `k${index}`, { max: 9 }),
        ];
        return (index % 2 === 0 ? store : other).use(index % 3 === 0 ? both.toReversed() : both);
      }),
    );
    const admitted = answers.filter((each) => each.every(({ allowed }) => allowed));
    expect(admitted).toHaveLength(7);
    expect(await ask(use('crowd', 'late', { max: 7 }), use('crowd too', 'x', { max: 9 }))).toEqual([
      [false, 7],
      [true, 7],
    ]);
  });

  test('purges the windows that began before, and nothing else', async () => {
    await ask(use('old', 'a', { windowStartMs: 1000 }));
    await ask(use('old', 'b', { windowStartMs: 2000 }));
    expect(await opened.store.purge(2000)).toBe(1);
    expect(await opened.store.purge(2000)).toBe(0);
    expect(await ask(use('old', 'c', { windowStartMs: 2000 }))).toEqual([[true, 2]]);
  });

  test('a use in another transaction counts if that is committed, and only then', async () => {
    const { database } = opened;
    if (database === undefined) return;
    for (const [key, ending] of [
      ['lost', 'rollback'],
      ['kept', 'commit'],
    ] as const) {
      const client = await database.pool.connect();
      await client.query('begin');
      const [answer] = await sqlLimitTransaction(client).use([use('shared', key, { max: 1 })]);
      await client.query(ending);
      client.release();
      expect(answer).toEqual({ limit: 'shared', allowed: true, used: 1 });
    }
    expect(await ask(use('shared', 'late', { max: 1 }))).toEqual([[false, 1]]);
  });
});
