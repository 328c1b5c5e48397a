import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../testing/test-databases.ts';
import { sql } from './drizzle.ts';
import type { Database } from './open-database.ts';
import { type ReadingRole, readAs } from './read-as.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

// What the database itself keeps apart, whatever statement reaches it.

const tables = [
  'sessions',
  'events',
  'text_deltas',
  'records',
  'approvals',
  'audit',
  'summaries',
  'findings',
];

/** A row in every table for each of two tenants, and, where that can be, one that is nobody's yet. */
const rows = ['acme', 'bolt'].map(
  (tenant) => `
  insert into groundhog.sessions (session_id, tenant) values ('${tenant}', '${tenant}');
  insert into groundhog.events (tenant, session_id, seq, run_id, step, ordinal, fact)
    values ('${tenant}', '${tenant}', 1, 'run', 'step', 0, '{}');
  insert into groundhog.text_deltas (tenant, session_id, run_id, step, attempt, ordinal, text)
    values ('${tenant}', '${tenant}', 'run', 'step', 1, 0, 'text');
  insert into groundhog.records (tenant, session_id, collection, key, value)
    values ('${tenant}', '${tenant}', 'drafts', 'a', '1');
  insert into groundhog.approvals (approval_id, tenant, session_id, run_id, call_id, tool, arguments, arguments_hash,
    state_version, requested_by, roles, reason, status, requested_at, expires_at)
    values ('${tenant}', '${tenant}', '${tenant}', 'run', 'call', 'pay', '{}', '', '', 'cus', '{}', '', 'pending', now(), now());
  insert into groundhog.audit (tenant, seq, key, recorded_at, actor, action, subject, is_allowed, reason, detail,
    previous_hash, hash) values ('${tenant}', 1, 'key', now(), '', '', '', true, '', '{}', '', '');
  insert into groundhog.summaries (tenant, session_id, epoch, version, run_id, step, upto_seq, text, commitments,
    tokens_before, tokens_after) values ('${tenant}', '${tenant}', 1, 1, 'run', 'fold', 1, '', '[]', 2, 1);
  insert into groundhog.findings (tenant, session_id, run_id, sub_agent, finding)
    values ('${tenant}', '${tenant}', 'run', 'a', '{}');`,
);

const nobodys = `
  insert into groundhog.sessions (session_id) values ('nobody');
  insert into groundhog.events (session_id, seq, run_id, step, ordinal, fact) values ('nobody', 1, 'run', 'step', 0, '{}');`;

async function tenantsSeen(pool: Pool, role: ReadingRole['role'], tenant: string) {
  const seen = await readAs(pool, { role, tenant }, async (database) => {
    const counts: [string, unknown][] = [];
    for (const table of tables) {
      const found = await database.execute(sql.raw(`select * from groundhog.${table}`));
      counts.push([table, found.rows.map((row) => row['tenant'])]);
    }
    return counts;
  });
  return Object.fromEntries(seen);
}

const everywhere = (tenants: readonly string[]) =>
  Object.fromEntries(tables.map((table) => [table, tenants]));

const writes = [
  `insert into groundhog.sessions (session_id, tenant) values ('new', 'acme')`,
  `insert into groundhog.records (tenant, session_id, collection, key, value) values ('acme', 'acme', 'drafts', 'b', '1')`,
  `update groundhog.records set value = '2' where tenant = 'acme'`,
  `update groundhog.approvals set status = 'approved' where tenant = 'acme'`,
  `delete from groundhog.events where tenant = 'acme'`,
  `truncate groundhog.text_deltas`,
  `create table groundhog.mine (n integer)`,
  `alter table groundhog.sessions disable row level security`,
];

describe.each(Object.entries(testDatabases))('%s', (name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.pool.query(`${rows.join('')}${nobodys}`);
  }, 120_000);
  afterAll(() => database.close());

  /** Runs `statement` under a role, in a transaction that could write if the role might. */
  async function attempt(role: string, statement: string): Promise<unknown> {
    const client = await database.pool.connect();
    try {
      await client.query(`begin; set local role ${role}; set local groundhog.tenant = 'acme'`);
      return (await client.query(statement)).rows;
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  test.each(['groundhog_tenant', 'groundhog_investigator'] as const)(
    '%s selects the rows of its tenant from every table, and of no other',
    async (role) => {
      expect(await tenantsSeen(database.pool, role, 'acme')).toEqual(everywhere(['acme']));
      expect(await tenantsSeen(database.pool, role, 'bolt')).toEqual(everywhere(['bolt']));
      expect(await tenantsSeen(database.pool, role, 'none')).toEqual(everywhere([]));
      expect(await tenantsSeen(database.pool, role, '')).toEqual(everywhere([]));
    },
  );

  test('a role that no tenant was named for sees nothing, on a connection where one was named before', async () => {
    const client = await database.pool.connect();
    await client.query(`begin; set local groundhog.tenant = 'acme'; commit`);
    for (const table of tables) {
      await client.query('begin; set local role groundhog_tenant');
      expect((await client.query(`select * from groundhog.${table}`)).rows).toEqual([]);
      await client.query('rollback');
    }
    client.release();
  });

  test('the same statement shows a reader without the role every row (the control)', async () => {
    for (const table of tables) {
      const { rows: found } = await database.pool.query<{ tenant: string }>(
        `select tenant from groundhog.${table} where tenant <> '' order by 1`,
      );
      expect(found.map(({ tenant }) => tenant)).toEqual(['acme', 'bolt']);
    }
  });

  test.each(['groundhog_tenant', 'groundhog_investigator'])(
    '%s may write nothing',
    async (role) => {
      for (const statement of writes) {
        await expect(attempt(role, statement)).rejects.toMatchObject({ code: '42501' });
      }
      for (const secret of ['api_keys', 'limit_uses']) {
        await expect(attempt(role, `select * from groundhog.${secret}`)).rejects.toMatchObject({
          code: '42501',
        });
      }
      await expect(attempt(role, 'select * from dbos.workflow_status')).rejects.toMatchObject({
        code: '42501',
      });
      expect(await attempt(role, 'select tenant from groundhog.records')).toEqual([
        { tenant: 'acme' },
      ]);
    },
  );

  test('a reading that fails leaves neither role nor transaction behind', async () => {
    const failing = readAs(
      database.pool,
      { role: 'groundhog_tenant', tenant: 'acme' },
      (transaction) => unwrapQueryError(transaction.execute(sql.raw('select 1 / 0'))),
    );
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    const { rows: after } = await database.pool.query(
      `select current_user = session_user as "isRuntime", count(*)::int4 as sessions from groundhog.sessions`,
    );
    expect(after).toEqual([{ isRuntime: true, sessions: 3 }]);
  });

  // The embedded database has a watchdog of its own for it, which is tested beside it and takes its five seconds.
  test.runIf(name === 'PostgreSQL')(
    'a reader that was frozen in its transaction until the server cut it off reads anew, and not for ever',
    async () => {
      let attempts = 0;
      const frozen = (times: number): Promise<unknown> =>
        readAs(database.pool, { role: 'groundhog_tenant', tenant: 'acme' }, async (transaction) => {
          attempts += 1;
          if (attempts <= times) {
            await transaction.execute(
              sql.raw(`set local idle_in_transaction_session_timeout = '1ms'`),
            );
            await pause(200);
          }
          const { rows: found } = await transaction.execute(
            sql.raw('select tenant from groundhog.records'),
          );
          return found;
        });
      expect(await frozen(2)).toEqual([{ tenant: 'acme' }]);
      expect(attempts).toBe(3);
      attempts = 0;
      await expect(frozen(3)).rejects.toMatchObject({ code: 'DATABASE_AWAY' });
      expect(attempts).toBe(3);
    },
  );
});
