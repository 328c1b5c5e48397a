import type { Pool } from 'pg';
import type { ApiKey, KeyStore } from '../session/key-store.ts';
import { and, asc, drizzle, eq, sql } from './drizzle.ts';
import { apiKeys } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

const isLive = sql`${apiKeys.revokedAt} is null`;

/** Keys in the database, as hashes. A revoked key stays as a row and opens nothing. */
export function sqlKeyStore(pool: Pool): KeyStore {
  const database = drizzle(pool);
  return {
    add: async ({ keyId, hash, principal: { id, role, tenant } }) => {
      await unwrapQueryError(
        database.insert(apiKeys).values({ keyId, hash, tenant, principalId: id, role }),
      );
    },
    find: async (hash) => {
      const rows = await unwrapQueryError(
        database
          .select()
          .from(apiKeys)
          .where(and(eq(apiKeys.hash, hash), isLive)),
      );
      return rows.map(keyOf)[0];
    },
    list: async (tenant) => {
      const rows = await unwrapQueryError(
        database
          .select()
          .from(apiKeys)
          .where(and(eq(apiKeys.tenant, tenant), isLive))
          .orderBy(asc(apiKeys.keyId)),
      );
      return rows.map(keyOf);
    },
    revoke: async (keyId) => {
      const rows = await unwrapQueryError(
        database
          .update(apiKeys)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(apiKeys.keyId, keyId), isLive))
          .returning({ keyId: apiKeys.keyId }),
      );
      return rows.length > 0;
    },
    isEmpty: async () => {
      const rows = await unwrapQueryError(
        database.select({ keyId: apiKeys.keyId }).from(apiKeys).where(isLive).limit(1),
      );
      return rows.length === 0;
    },
  };
}

function keyOf({ keyId, hash, principalId, role, tenant }: typeof apiKeys.$inferSelect): ApiKey {
  return { keyId, hash, principal: { id: principalId, role, tenant } };
}
