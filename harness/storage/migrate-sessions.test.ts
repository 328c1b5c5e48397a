import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { drizzle, migrate } from './drizzle.ts';
import { migrateSessions } from './migrate-sessions.ts';
import { type Database, openDatabase } from './open-database.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.close());

const databases: Readonly<Record<string, () => Promise<Database>>> = {
  PGlite: () => openDatabase({ kind: 'pglite', dataDir: 'memory' }),
  PostgreSQL: async () =>
    openDatabase({ kind: 'postgres', url: await server.createDatabase('earlier') }),
};

const migrations = fileURLToPath(new URL('migrations', import.meta.url));
const journalSchema = z.looseObject({ entries: z.array(z.looseObject({ tag: z.string() })) });

/** Migrates as a version of the code did that knew only the first `count` migrations. */
async function migrateAsBefore(pool: Pool, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'groundhog-migrations-'));
  try {
    const journal = journalSchema.parse(
      JSON.parse(readFileSync(`${migrations}/meta/_journal.json`, 'utf8')),
    );
    const entries = journal.entries.slice(0, count);
    mkdirSync(join(folder, 'meta'));
    writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) {
      writeFileSync(join(folder, `${tag}.sql`), readFileSync(`${migrations}/${tag}.sql`));
    }
    await migrate(drizzle(pool), {
      migrationsFolder: folder,
      migrationsSchema: 'groundhog_migrations',
      migrationsTable: 'applied',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const message = (id: string, tenant: string): string =>
  JSON.stringify({
    type: 'message-received',
    text: 'hello',
    principal: { id, role: 'customer', tenant },
    receivedAt: 0,
  });

/** Two sessions of two tenants, the second with a message of somebody else behind its first, and one without a message. */
const rowsOfBefore = `
  insert into groundhog.sessions (session_id, event_count, run_count, latest_run_id, created_at) values
    ('one', 1, 1, 'r1', '2026-01-01Z'), ('two', 3, 2, 'r3', '2026-01-01Z'), ('silent', 0, 1, 'r4', '2026-01-01Z');
  insert into groundhog.events (session_id, seq, run_id, step, ordinal, fact, stored_at) values
    ('one', 1, 'r1', 'receive-message', 0, '${message('ann', 'acme')}', '2026-01-02Z'),
    ('two', 1, 'r2', 'receive-message', 0, '${message('ben', 'bolt')}', '2026-01-03Z'),
    ('two', 2, 'r3', 'receive-message', 0, '${message('eve', 'acme')}', '2026-01-04Z'),
    ('two', 3, 'r3', 'end', 0, '{"type":"run-completed","agent":"billing","text":"done"}', '2026-01-05Z');
  insert into groundhog.text_deltas values ('two', 'r2', 'model#1', 1, 0, 'text');
  insert into groundhog.records values ('one', 'drafts', 'a', '1'), ('two', 'drafts', 'a', '2');`;

test.each(Object.entries(databases))(
  'sessions of before tenants become their first speaker’s in %s',
  async (_name, open) => {
    await using database = await open();
    const { pool } = database;
    await migrateAsBefore(pool, 2);
    await pool.query(rowsOfBefore);
    await migrateSessions(pool);
    const { rows: sessions } = await pool.query(
      `select session_id, tenant, owner_id, owner_role, state_version, epoch, cleared_seq::int4,
        active_at::date::text, ended_at from groundhog.sessions order by 1`,
    );
    const untouched = { state_version: 1, epoch: 1, cleared_seq: 0, ended_at: null };
    expect(sessions).toEqual([
      {
        ...untouched,
        session_id: 'one',
        tenant: 'acme',
        owner_id: 'ann',
        owner_role: 'customer',
        active_at: '2026-01-02',
      },
      {
        ...untouched,
        session_id: 'silent',
        tenant: '',
        owner_id: null,
        owner_role: null,
        active_at: '2026-01-01',
      },
      {
        ...untouched,
        session_id: 'two',
        tenant: 'bolt',
        owner_id: 'ben',
        owner_role: 'customer',
        active_at: '2026-01-04',
      },
    ]);
    const tenants = await pool.query(`
      select 'event' as row, session_id, tenant from groundhog.events
      union select 'delta', session_id, tenant from groundhog.text_deltas
      union select 'record', session_id, tenant from groundhog.records order by 1, 2`);
    expect(tenants.rows).toEqual([
      { row: 'delta', session_id: 'two', tenant: 'bolt' },
      { row: 'event', session_id: 'one', tenant: 'acme' },
      { row: 'event', session_id: 'two', tenant: 'bolt' },
      { row: 'record', session_id: 'one', tenant: 'acme' },
      { row: 'record', session_id: 'two', tenant: 'bolt' },
    ]);
  },
);

test('databases of one server that are migrated at once share the roles', async () => {
  const names = ['left', 'middle', 'right'];
  const opened = await Promise.all(
    names.map(async (name) =>
      openDatabase({ kind: 'postgres', url: await server.createDatabase(name) }),
    ),
  );
  await Promise.all(opened.map(({ pool }) => migrateSessions(pool)));
  await using postgres = await openDatabase({ kind: 'postgres', url: server.url() });
  const { rows } = await postgres.pool.query(
    `select rolname from pg_roles where rolname like 'groundhog%' order by 1`,
  );
  expect(rows).toEqual([{ rolname: 'groundhog_investigator' }, { rolname: 'groundhog_tenant' }]);
  await Promise.all(opened.map(({ close }) => close()));
});

/** A database of a server without our roles, opened as a user of it who is no superuser, and the superuser. */
async function openAsUser(privilege: string): Promise<{
  readonly user: Database;
  readonly admin: Database;
  readonly close: () => Promise<void>;
}> {
  const cloud = await startPostgres();
  const admin = await openDatabase({ kind: 'postgres', url: cloud.url() });
  await admin.pool.query(`create role shop login ${privilege}`);
  const url = new URL(await cloud.createDatabase('managed'));
  await admin.pool.query('alter database managed owner to shop');
  url.username = 'shop';
  const user = await openDatabase({ kind: 'postgres', url: url.href });
  const close = async (): Promise<void> => {
    await user.close();
    await admin.close();
    await cloud.close();
  };
  return { user, admin, close };
}

async function roleTakenBy({ pool }: Database): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('set role groundhog_tenant');
    return (await client.query('select current_user as me')).rows[0];
  } finally {
    client.release(true);
  }
}

test('a user who may not make roles is told what an administrator has to do, and goes on once it is done', async () => {
  const { user, admin, close } = await openAsUser('');
  const refusal = {
    code: 'DATABASE_ROLES_MISSING',
    hint: expect.stringContaining('CREATE ROLE groundhog_tenant NOLOGIN'),
  };
  await expect(migrateSessions(user.pool)).rejects.toMatchObject(refusal);
  await admin.pool.query('create role groundhog_tenant nologin');
  await admin.pool.query('create role groundhog_investigator nologin');
  // They are there, and not this user's to take.
  await expect(migrateSessions(user.pool)).rejects.toMatchObject(refusal);
  await admin.pool.query('grant groundhog_tenant, groundhog_investigator to shop');
  await migrateSessions(user.pool);
  expect(await roleTakenBy(user)).toEqual({ me: 'groundhog_tenant' });
  await close();
});

test('a user who may make roles makes them and may take them', async () => {
  const { user, close } = await openAsUser('createrole');
  await migrateSessions(user.pool);
  expect(await roleTakenBy(user)).toEqual({ me: 'groundhog_tenant' });
  await close();
});
