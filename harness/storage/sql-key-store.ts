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
    add: async ({ keyId, hash, kind, principal: { id, role, tenant } }) => {
      await unwrapQueryError(
        database.insert(apiKeys).values({ keyId, hash, kind, tenant, principalId: id, role }),
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
          .where(tenant === undefined ? undefined : eq(apiKeys.tenant, tenant))
          .orderBy(asc(apiKeys.keyId)),
      );
      return rows.map((row) => {
        const { hash: _, ...key } = keyOf(row);
        return { ...key, isRevoked: row.revokedAt !== null };
      });
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

function keyOf(row: typeof apiKeys.$inferSelect): ApiKey {
  const { keyId, hash, kind, principalId: id, role, tenant } = row;
  return { keyId, hash, kind, principal: { id, role, tenant } };
}
