import { fingerprint } from './host/fingerprint.ts';
import { type Database, type DatabaseOptions, openDatabase } from './storage/open-database.ts';
import { readSchemaMark, writeSchemaMark } from './storage/schema-mark.ts';

/** Opens a database with the harness's and DBOS's tables in it, creating or migrating what is missing. */
export async function openHarnessDatabase(options: DatabaseOptions): Promise<Database> {
  const { dbosSchemaKey, migrateDbos } = await import('./durable/migrate.ts');
  const { migrateSessions, sessionsSchemaKey } = await import('./storage/migrate-sessions.ts');
  const key = fingerprint({ dbos: dbosSchemaKey, sessions: sessionsSchemaKey() }).slice(0, 16);
  return openDatabase({
    ...options,
    prepare: {
      key,
      run: async (pool) => {
        if ((await readSchemaMark(pool)) === key) return;
        await migrateDbos(pool);
        await migrateSessions(pool);
        await writeSchemaMark(pool, key);
      },
    },
  });
}
