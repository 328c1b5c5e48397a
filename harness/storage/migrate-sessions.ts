import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { fingerprint } from '../host/fingerprint.ts';
import { drizzle, migrate } from './drizzle.ts';

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url));

/** Any fixed number: two processes that open one database at once take turns at migrating it. */
const migrationLock = 7_193_241;

/** Brings the session tables up to date; does nothing if they are. */
export async function migrateSessions(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    try {
      await migrate(drizzle(client), {
        migrationsFolder,
        migrationsSchema: 'groundhog_migrations',
        migrationsTable: 'applied',
      });
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    }
  } finally {
    client.release();
  }
}

/** Changes whenever the migrations do. */
export function sessionsSchemaKey(): string {
  return fingerprint(readFileSync(`${migrationsFolder}/meta/_journal.json`, 'utf8'));
}
