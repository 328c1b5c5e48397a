import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditEntry, type AuditStore, auditRoot, verifyAudit } from '../safety/audit.ts';
import { memoryAuditStore } from '../testing/memory-audit-store.ts';
import { testDatabases } from '../testing/test-databases.ts';
import type { Database } from './open-database.ts';
import { sqlAuditStore, sqlAuditTransaction } from './sql-audit-store.ts';

// The suite that every audit store passes: L1 to L3 of audit.ts.

interface OpenStore {
  readonly store: AuditStore;
  /** The same audit, as another process opens it. */
  readonly other: AuditStore;
  readonly database?: Database;
  readonly close: () => Promise<void>;
}

const sqlStore = (database: Database): OpenStore => ({
  store: sqlAuditStore(database.pool),
  other: sqlAuditStore(database.pool),
  database,
  close: database.close,
});

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => {
    const store = memoryAuditStore();
    return { store, other: store, close: async () => undefined };
  },
  PGlite: async () => sqlStore(await testDatabases.PGlite()),
  PostgreSQL: async () => sqlStore(await testDatabases.PostgreSQL()),
};

const entry = (tenant: string, key: string, over: Partial<AuditEntry> = {}): AuditEntry => ({
  tenant,
  key,
  actor: 'cus_amara',
  action: 'tool-called',
  subject: 'issueRefund',
  isAllowed: true,
  reason: 'within the limit',
  detail: { amountMinor: 4900, currency: 'USD' },
  ...over,
});

describe.each(Object.entries(backends))('an audit store in %s', (_name, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  test('chains each tenant’s rows from 1 and reads them back as they were hashed', async () => {
    const { store } = opened;
    const first = await store.append(entry('maple', 'a'), 1_763_642_565_123);
    const second = await store.append(entry('maple', 'b', { isAllowed: false }), 0);
    await store.append(entry('juniper', 'a'), 1);
    expect([first.seq, first.previousHash]).toEqual([1, auditRoot.hash]);
    expect([second.seq, second.previousHash]).toEqual([2, first.hash]);
    expect(await store.read('maple', 0)).toEqual([first, second]);
    expect(await store.read('maple', 1)).toEqual([second]);
    expect(await store.read('nobody', 0)).toEqual([]);
    expect(await store.tenants()).toEqual(['juniper', 'maple']);
    expect(verifyAudit(await store.read('maple', 0))).toEqual({
      ok: true,
      rows: 2,
      head: { seq: 2, hash: second.hash },
    });
  });

  test('stores an entry told twice once, and the first one stays', async () => {
    const { store, other } = opened;
    const first = await store.append(entry('twice', 'a'), 5);
    await store.append(entry('twice', 'b'), 6);
    expect(await other.append(entry('twice', 'a', { reason: 'another' }), 7)).toEqual(first);
    expect(await store.read('twice', 0)).toHaveLength(2);
  });

  test('forty writers, each telling its entry twice, make one chain', async () => {
    const { store, other } = opened;
    const keys = Array.from({ length: 40 }, (_, index) => `call-${index}`);
    await Promise.all(
      [...keys, ...keys].map((key, index) =>
        (index % 2 === 0 ? store : other).append(entry('crowd', key), index),
      ),
    );
    const rows = await store.read('crowd', 0);
    expect(rows.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    expect(verifyAudit(rows)).toMatchObject({ ok: true, rows: 40 });
  });

  test.each([
    ['NUL and half characters', 'a\0b\ud800', { 'k\0': ['x\0', '\udfff'] }],
    ['numbers of every size', 'n', [0, -0, 1e21, 1e-7, 0.1, 123456789012345680000, 5e-324]],
    ['keys in any order', 'k', { b: 1, a: { '': null, ä: true, __proto__: 'x' } }],
  ])('%s read back as they were hashed', async (tenant, key, detail) => {
    const { store } = opened;
    await store.append(entry(tenant, key, { detail, reason: `because ${key}` }), 12.6);
    await store.append(entry(tenant, key, { detail }), 13);
    expect(verifyAudit(await store.read(tenant, 0))).toMatchObject({ ok: true, rows: 1 });
  });

  test('a change made behind its back shows', async () => {
    const { store, database } = opened;
    if (database === undefined) return;
    for (const key of ['a', 'b', 'c']) await store.append(entry('tampered', key), 1);
    await database.pool.query(
      `update groundhog.audit set detail = '{"amountMinor": 1}' where tenant = 'tampered' and seq = 2`,
    );
    expect(verifyAudit(await store.read('tampered', 0))).toMatchObject({ ok: false, seq: 2 });
  });

  test('a row appended in another transaction stays if that is committed, and only then', async () => {
    const { store, database } = opened;
    if (database === undefined) return;
    await store.append(entry('shared', 'a'), 1);
    for (const [key, ending] of [
      ['lost', 'rollback'],
      ['kept', 'commit'],
    ] as const) {
      const client = await database.pool.connect();
      await client.query('begin');
      await sqlAuditTransaction(client).append(entry('shared', key), 2);
      await client.query(ending);
      client.release();
    }
    const rows = await store.read('shared', 0);
    expect(rows.map(({ key }) => key)).toEqual(['a', 'kept']);
    expect(verifyAudit(rows)).toMatchObject({ ok: true });
  });
});
