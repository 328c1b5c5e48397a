import { once } from 'node:events';
import { createServer } from 'node:net';
import { retriablePostgresException } from '@dbos-inc/dbos-sdk/internal/system_database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';
import { openDatabase } from '../open-database.ts';
import { isOutage } from '../outage/is-outage.ts';
import {
  connectPostgres,
  createPostgresPool,
  DatabaseUnreachableError,
} from './connect-postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

async function reasonFor(url: string): Promise<string> {
  const error: unknown = await connectPostgres(url).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseUnreachableError)) throw new Error(`connected: ${String(error)}`);
  return error.message;
}

async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('what cannot be reached is named by host, port and database, never by password', async () => {
  const port = await closedPort();
  const reason = await reasonFor(`postgresql://me:secret@127.0.0.1:${port}/shop`);
  expect(reason).toContain(`127.0.0.1:${port}, database shop`);
  expect(reason).toContain('ECONNREFUSED');
  const missing = new URL(server.url('nowhere'));
  missing.password = 'secret';
  const noDatabase = await reasonFor(missing.href);
  expect(noDatabase).toContain('Create the database');
  const noUrl = await reasonFor('me:secret, please');
  expect(`${reason}${noDatabase}${noUrl}`).not.toContain('secret');
});

test('a socket that is gone, as it is while its server is, is an outage to us and to DBOS', async () => {
  const pool = createPostgresPool(`postgresql://me@/shop?host=${import.meta.dirname}/gone`);
  const error: unknown = await pool.query('select 1').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect([isOutage(error), retriablePostgresException(error)]).toEqual([true, true]);
  const other = new Error('wrong password');
  expect([isOutage(other), retriablePostgresException(other)]).toEqual([false, false]);
  await pool.end();
});

test('a connection that freezes in a transaction is cut off by the server', async () => {
  const pool = await connectPostgres(server.url());
  const { rows } = await pool.query('show idle_in_transaction_session_timeout');
  expect(rows).toEqual([{ idle_in_transaction_session_timeout: '5s' }]);
  await pool.end();
});

test('a pool outlives the connections that the server drops', async () => {
  await using database = await openDatabase({ kind: 'postgres', url: server.url() });
  const held = await database.pool.connect();
  const idle = await database.pool.connect();
  idle.release();
  const killer = await connectPostgres(server.url());
  await killer.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = $1',
    ['client backend'],
  );
  await killer.end();
  await expect(held.query('select 1')).rejects.toThrow(/terminat|not queryable/);
  held.release(true);
  await expect
    .poll(async () => (await database.pool.query('select 1 as n')).rows)
    .toEqual([{ n: 1 }]);
});

test('what prepares a server runs at every opening and may fail it', async () => {
  const url = await server.createDatabase('prepared');
  const prepare = {
    key: 'a',
    run: async (pool: { query: (sql: string) => Promise<unknown> }): Promise<void> => {
      await pool.query('create table if not exists made (n int)');
      await pool.query('insert into made values (1)');
    },
  };
  await (await openDatabase({ kind: 'postgres', url, prepare })).close();
  await using database = await openDatabase({ kind: 'postgres', url, prepare });
  expect((await database.pool.query('select count(*)::int4 as n from made')).rows).toEqual([
    { n: 2 },
  ]);
  const failing = { key: 'b', run: () => Promise.reject(new Error('no')) };
  await expect(openDatabase({ kind: 'postgres', url, prepare: failing })).rejects.toThrow('no');
});
