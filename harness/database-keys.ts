import type { KeyStore } from './session/key-store.ts';
import type { Database } from './storage/open-database.ts';

/** The API keys that are kept in a database from `openHarnessDatabase`. */
export async function databaseKeys({ pool }: Pick<Database, 'pool'>): Promise<KeyStore> {
  const { sqlKeyStore } = await import('./storage/sql-key-store.ts');
  return sqlKeyStore(pool);
}
