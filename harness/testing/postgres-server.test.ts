import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectPostgres } from '../storage/postgres/connect-postgres.ts';
import { findBinaries } from './postgres/find-binaries.ts';
import { startPostgres } from './postgres-server.ts';

const moduleUrl = new URL('postgres-server.ts', import.meta.url).href;

async function ask(url: string, sql: string): Promise<unknown> {
  const pool = await connectPostgres(url);
  try {
    return (await pool.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await pool.end();
  }
}

async function dataDirectory(url: string): Promise<string> {
  return String(await ask(url, 'show data_directory'));
}

const systemHasOne = findBinaries(['system'], process.env['PATH'] ?? '').found !== undefined;

test.for([['system', systemHasOne] as const, ['embedded', true] as const])(
  'starts a server from %s binaries, and stops it',
  async ([source, isThere], { skip }) => {
    skip(!isThere, 'this machine has no PostgreSQL of its own');
    const server = await startPostgres({ sources: [source] });
    const url = await server.createDatabase('a "b"');
    await ask(url, 'create table t as select 7 as n');
    const copy = await server.createDatabase('copy', 'a "b"');
    expect([server.source, await ask(copy, 'select n from t')]).toEqual([source, [[7]]]);
    const directory = await dataDirectory(server.url());
    await server.close();
    await expect(ask(url, 'select 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(existsSync(directory)).toBe(false);
  },
);

test('the server dies with the process that started it', async () => {
  const code = `
    import { startPostgres } from ${JSON.stringify(moduleUrl)};
    console.log((await startPostgres()).url());`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(parent.stdout, 'data');
  const url = String(said).trim();
  const directory = await dataDirectory(url);
  parent.kill('SIGKILL');
  await once(parent, 'close');
  await expect.poll(() => existsSync(directory), { timeout: 20_000 }).toBe(false);
  await expect(ask(url, 'select 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
});

test('says where it looked when there is nothing to start', async () => {
  expect(findBinaries(['system'], '/nowhere:/neither')).toMatchObject({
    lookedAt: expect.arrayContaining(['/nowhere', '/neither']),
  });
  await expect(startPostgres({ sources: [] })).rejects.toMatchObject({
    code: 'POSTGRES_UNAVAILABLE',
  });
});
