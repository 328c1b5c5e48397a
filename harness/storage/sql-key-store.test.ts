import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { KeyStore } from '../session/key-store.ts';
import { memoryKeyStore } from '../testing/memory-key-store.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { sqlKeyStore } from './sql-key-store.ts';

// The suite that every key store passes.

interface OpenStore {
  readonly store: KeyStore;
  readonly close: () => Promise<void>;
}

const backends: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => ({ store: memoryKeyStore(), close: async () => undefined }),
  PGlite: async () => {
    const database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    return { store: sqlKeyStore(database.pool), close: database.close };
  },
  PostgreSQL: async () => {
    const server: PostgresServer = await startPostgres();
    const database = await openHarnessDatabase({
      kind: 'postgres',
      url: await server.createDatabase('keys'),
    });
    return {
      store: sqlKeyStore(database.pool),
      close: async () => {
        await database.close();
        await server.close();
      },
    };
  },
};

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

describe.each(Object.entries(backends))('a key store in %s', (_name, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  test('is empty, finds a key by its hash, lists it for its tenant only and forgets it once revoked', async () => {
    const { store } = opened;
    expect(await store.isEmpty()).toBe(true);
    const key = { keyId: 'key_1', hash: 'aa', kind: 'person' as const, principal };
    const listed = { keyId: 'key_1', kind: 'person', principal };
    await store.add(key);
    expect(await store.isEmpty()).toBe(false);
    expect(await store.find('aa')).toEqual(key);
    expect(await store.find('bb')).toBeUndefined();
    expect(await store.list('larkspur')).toEqual([{ ...listed, isRevoked: false }]);
    expect(await store.list('other')).toEqual([]);
    expect(await store.revoke('key_1')).toBe(true);
    expect(await store.revoke('key_1')).toBe(false);
    expect(await store.revoke('never')).toBe(false);
    expect(await store.find('aa')).toBeUndefined();
    expect(await store.list('larkspur')).toEqual([{ ...listed, isRevoked: true }]);
    expect(await store.isEmpty()).toBe(true);
    const worker = { id: 'svc_1', role: 'worker', tenant: 'other' };
    const service = { keyId: 'key_2', hash: 'cc', kind: 'service' as const, principal: worker };
    await store.add(service);
    expect(await store.find('cc')).toEqual(service);
    expect((await store.list()).map(({ keyId }) => keyId)).toEqual(['key_1', 'key_2']);
  });
});
