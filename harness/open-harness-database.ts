import { fingerprint } from './host/fingerprint.ts';
import { type Database, type DatabaseOptions, openDatabase } from './storage/open-database.ts';
import { readSchemaMark, writeSchemaMark } from './storage/schema-mark.ts';

/** Opens a database with the harness's and DBOS's tables in it, creating or migrating what is missing. */
export async function openHarnessDatabase(options: DatabaseOptions): Promise<Database> {
  const { migrateDbos } = await import('./durable/migrate.ts');
  const { migrateSessions } = await import('./storage/migrate-sessions.ts');
  const key = await schemaKey();
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

/** What a database is marked with whose tables are those of this version. */
export async function schemaKey(): Promise<string> {
  const { dbosSchemaKey } = await import('./durable/migrate.ts');
  const { sessionsSchemaKey } = await import('./storage/migrate-sessions.ts');
  return fingerprint({ dbos: dbosSchemaKey, sessions: sessionsSchemaKey() }).slice(0, 16);
}
