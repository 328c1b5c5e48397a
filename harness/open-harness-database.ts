import { fingerprint } from './host/fingerprint.ts';
import { migrateSessions, sessionsSchemaKey } from './storage/migrate-sessions.ts';
import { type Database, type DatabaseOptions, openDatabase } from './storage/open-database.ts';

/** Opens a database with the harness's and DBOS's tables in it, creating or migrating what is missing. */
export async function openHarnessDatabase(options: DatabaseOptions): Promise<Database> {
  const { dbosSchemaKey, migrateDbos } = await import('./durable/migrate.ts');
  return openDatabase({
    ...options,
    prepare: {
      key: fingerprint({ dbos: dbosSchemaKey, sessions: sessionsSchemaKey() }).slice(0, 16),
      run: async (pool) => {
        await migrateDbos(pool);
        await migrateSessions(pool);
      },
    },
  });
}
