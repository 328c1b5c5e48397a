import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kept } from '../memory/memory.ts';
import type { SummaryDraft, SummaryStore } from '../memory/summary-store.ts';
import { memorySummaryStore } from '../testing/memory-summary-store.ts';
import { testDatabases } from '../testing/test-databases.ts';
import type { Database } from './open-database.ts';
import { sqlSummaryStore } from './sql-summary-store.ts';

// The suite that every summary store passes: M1 to M3 of summary-store.ts.

interface OpenStore {
  readonly store: SummaryStore;
  readonly database?: Database;
  readonly close: () => Promise<void>;
}

const sqlStore = (database: Database): OpenStore => ({
  store: sqlSummaryStore(database.pool),
  database,
  close: database.close,
});

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => ({ store: memorySummaryStore(), close: async () => undefined }),
  PGlite: async () => sqlStore(await testDatabases.PGlite()),
  PostgreSQL: async () => sqlStore(await testDatabases.PostgreSQL()),
};

const kept: Kept = {
  format: 1,
  commitments: [
    { kind: 'done', at: 5, tool: 'pay', callId: 'c', input: { amountMinor: 4900 }, output: 're_1' },
  ],
  unanswered: [],
  pruned: ['c2'],
  agent: 'billing',
  at: 5,
};

const draft = (over: Partial<SummaryDraft> = {}): SummaryDraft => ({
  tenant: 'shop',
  sessionId: 's',
  runId: 's/1',
  step: 'compact#1',
  version: 1,
  uptoSeq: 12,
  text: 'She asked for her money back.',
  kept,
  tokensBefore: 900,
  tokensAfter: 400,
  ...over,
});

describe.each(Object.entries(backends))('a summary store in %s', (_name, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  test('a step that is told twice has made one version, and the first one stays', async () => {
    const { store } = opened;
    await store.add(draft());
    await store.add(draft({ text: 'Told again, by another life.' }));
    expect(await store.latestBefore('s', 's/2')).toEqual({
      runId: 's/1',
      version: 1,
      uptoSeq: 12,
      text: 'She asked for her money back.',
      kept,
    });
  });

  test('a version that another step has made is refused', async () => {
    const { store } = opened;
    await store.add(draft({ sessionId: 'taken' }));
    await expect(store.add(draft({ sessionId: 'taken', step: 'compact#2' }))).rejects.toThrow(
      'Version 1 of what session taken remembers is there already, and not by compact#2 of s/1.',
    );
  });

  test('a run reads the latest version that others have made, in every life of it', async () => {
    const { store } = opened;
    const versions = [
      ['r/1', 1],
      ['r/1', 2],
      ['r/2', 3],
    ] as const;
    for (const [runId, version] of versions) {
      const step = `compact#${version}`;
      await store.add(draft({ sessionId: 'r', runId, step, version, text: `version ${version}` }));
    }
    const read = async (runId: string): Promise<string | undefined> =>
      (await store.latestBefore('r', runId))?.text;
    expect(await Promise.all(['r/1', 'r/2', 'r/3'].map(read))).toEqual([
      'version 3',
      'version 2',
      'version 3',
    ]);
    expect(await store.latestBefore('nobody', 'r/1')).toBeUndefined();
  });

  test('an earlier epoch is not read, and a form that is not known is refused', async () => {
    const { store, database } = opened;
    if (database === undefined) return;
    await store.add(draft({ sessionId: 'old' }));
    await database.pool.query(
      `insert into groundhog.sessions (tenant, session_id, epoch) values ('shop', 'old', 2)`,
    );
    expect(await store.latestBefore('old', 'old/9')).toBeUndefined();
    await store.add(draft({ sessionId: 'old', runId: 'old/9' }));
    expect(await store.latestBefore('old', 'old/10')).toMatchObject({ version: 1 });
    await database.pool.query(
      `update groundhog.summaries set commitments = '{"format":0}' where session_id = 'old'`,
    );
    await expect(store.latestBefore('old', 'old/10')).rejects.toThrow(
      'Version 1 of what session old remembers is not in a form this version reads.',
    );
  });
});
