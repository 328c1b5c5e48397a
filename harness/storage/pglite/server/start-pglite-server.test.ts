import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../open-database.ts';
import { startPgliteServer } from './start-pglite-server.ts';

const moduleUrl = new URL('start-pglite-server.ts', import.meta.url).href;

let root: string;
let dataDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'groundhog-server-'));
  dataDir = join(root, 'database');
});
afterEach(() => rmSync(root, { recursive: true }));

test('serves a directory to several clients, and gives it back when closed', async () => {
  const server = await startPgliteServer({ dataDir });
  await using one = await openDatabase({ kind: 'postgres', url: server.url });
  await using other = await openDatabase({ kind: 'postgres', url: server.url });
  await one.pool.query('create table shared (v text)');
  await other.pool.query('insert into shared values ($1)', ['x'.repeat(200_000)]);
  expect((await one.pool.query('select length(v) as n from shared')).rows).toEqual([
    { n: 200_000 },
  ]);
  await expect(openDatabase({ kind: 'pglite', dataDir })).rejects.toMatchObject({
    code: 'DIRECTORY_LOCKED',
  });
  await server.close();
  await using owner = await openDatabase({ kind: 'pglite', dataDir });
  expect((await owner.pool.query('select count(*)::int4 as n from shared')).rows).toEqual([
    { n: 1 },
  ]);
});

test('fails with what its process said', async () => {
  await using holder = await openDatabase({ kind: 'pglite', dataDir });
  await expect(startPgliteServer({ dataDir })).rejects.toMatchObject({
    code: 'PGLITE_SERVER_FAILED',
    message: expect.stringContaining('in use by process'),
  });
  await holder.pool.query('select 1');
});

test('ends with the process that started it, even by SIGKILL, and loses nothing', async () => {
  const code = `
    import { startPgliteServer } from ${JSON.stringify(moduleUrl)};
    console.log((await startPgliteServer({ dataDir: ${JSON.stringify(dataDir)} })).url);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(parent.stdout, 'data');
  await using database = await openDatabase({ kind: 'postgres', url: String(url).trim() });
  await database.pool.query("create table kept as select 'yes' as answer");
  parent.kill('SIGKILL');
  await once(parent, 'close');
  await expect
    .poll(
      async () => {
        await using reopened = await openDatabase({ kind: 'pglite', dataDir });
        return (await reopened.pool.query('select answer from kept')).rows;
      },
      { timeout: 20_000, interval: 100 },
    )
    .toEqual([{ answer: 'yes' }]);
});
