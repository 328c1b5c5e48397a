import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { fingerprint } from '../host/fingerprint.ts';
import { HarnessError } from '../host/harness-error.ts';
import { drizzle, migrate } from './drizzle.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url));

/** Any fixed number: two processes that open one database at once take turns at migrating it. */
const migrationLock = 7_193_241;

/** Raised by the migration that makes the roles, where the user may not. */
const rolesRefused = 'GH001';

/** Brings the session tables up to date; does nothing if they are. Throws DatabaseRolesError. */
export async function migrateSessions(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    try {
      const migrated = migrate(drizzle(client), {
        migrationsFolder,
        migrationsSchema: 'groundhog_migrations',
        migrationsTable: 'applied',
      });
      await unwrapQueryError(migrated);
    } catch (error) {
      if (isRolesRefused(error)) throw new DatabaseRolesError(error);
      throw error;
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    }
  } finally {
    client.release();
  }
}

/** Changes whenever the migrations do. */
export function sessionsSchemaKey(): string {
  const statements = readdirSync(migrationsFolder).filter((file) => file.endsWith('.sql'));
  return fingerprint(
    ['meta/_journal.json', ...statements.toSorted()].map((file) =>
      readFileSync(`${migrationsFolder}/${file}`, 'utf8'),
    ),
  );
}

const isRolesRefused = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === rolesRefused;

/** The roles under which principals' rows are read are missing, and this user may not make or take them. */
export class DatabaseRolesError extends HarnessError {
  constructor(cause: Error) {
    super({
      code: 'DATABASE_ROLES_MISSING',
      message: `The database user may not set up the roles that keep tenants apart: ${cause.message}.`,
      hint:
        'Have an administrator of the server run, once: CREATE ROLE groundhog_tenant NOLOGIN; ' +
        'CREATE ROLE groundhog_investigator NOLOGIN; GRANT groundhog_tenant, groundhog_investigator TO <this user>;',
      cause,
    });
  }
}
