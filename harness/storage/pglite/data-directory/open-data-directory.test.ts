import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../open-database.ts';
import type { Preparation } from '../../preparation.ts';
import { DataDirectoryError } from './data-directory-error.ts';

const moduleUrl = new URL('../../open-database.ts', import.meta.url).href;

let root: string;
let dataDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'groundhog-data-'));
  dataDir = join(root, 'database');
});
afterEach(() => rmSync(root, { recursive: true }));

const preparation = `
  create table if not exists steps (n int primary key, body text);
  create table if not exists sums (total int);
  insert into sums select 0 where not exists (select 1 from sums)`;
const prepare: Preparation = {
  key: 'data-directory-test-2',
  run: async (pool) => {
    await pool.query(preparation);
  },
};

const open = (): Promise<Database> => openDatabase({ kind: 'pglite', dataDir, prepare });

/** Commits transactions over two tables for ever, and prints each that was committed. */
function startWriter(): ChildProcess {
  const code = `
    import { openDatabase } from ${JSON.stringify(moduleUrl)};
    const prepare = { key: '${prepare.key}', run: (pool) => pool.query(\`${preparation}\`) };
    const { pool } = await openDatabase({ kind: 'pglite', dataDir: ${JSON.stringify(dataDir)}, prepare });
    const { rows } = await pool.query('select coalesce(max(n), 0)::int4 as n from steps');
    console.log('open');
    for (let n = rows[0].n + 1; ; n += 1) {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('insert into steps values ($1, $2)', [n, 'x'.repeat(n * 37 % 20000)]);
      await client.query('update sums set total = total + 1');
      await client.query('commit');
      client.release();
      console.log(n);
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Kills a writer once it has said `count` things; returns the last number it printed. */
async function killWriterAfter(count: number): Promise<number> {
  const writer = startWriter();
  const closed = once(writer, 'close');
  let last = 0;
  let said = 0;
  if (writer.stdout === null) throw new Error('it has an output');
  for await (const line of createInterface(writer.stdout)) {
    said += 1;
    if (line !== 'open') last = Number(line);
    if (said === count) writer.kill('SIGKILL');
  }
  await closed;
  return last;
}

test('what was committed survives SIGKILL at any moment, whole, and the next owner gets in', async () => {
  let committed = 0;
  for (const count of [2, 1, 57]) {
    committed = Math.max(committed, await killWriterAfter(count));
    await using database = await open();
    const { rows } = await database.pool.query(
      'select max(n)::int4 as last, count(*)::int4 as rows, (select total from sums) as total from steps',
    );
    const { last, rows: rowCount, total } = rows[0] ?? {};
    expect(last).toBeGreaterThanOrEqual(committed);
    expect([rowCount, total]).toEqual([last, last]);
  }
}, 120_000);

test('a directory whose making was killed is made again', async () => {
  for (const delayMs of [0, 60, 200]) {
    const writer = startWriter();
    const closed = once(writer, 'close');
    await expect.poll(() => existsSync(dataDir), { timeout: 20_000, interval: 1 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    writer.kill('SIGKILL');
    await closed;
    await using database = await open();
    expect((await database.pool.query('select total >= 0 as fine from sums')).rows).toEqual([
      { fine: true },
    ]);
    await database.close();
    rmSync(dataDir, { recursive: true });
  }
}, 120_000);

test('two processes cannot have one directory; when the first closes, the second may', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await first.pool.query("insert into steps values (1, 'kept')");
  await first.close();
  await using second = await open();
  expect((await second.pool.query('select body from steps')).rows).toEqual([{ body: 'kept' }]);
});

function contents(): readonly string[] {
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).toSorted();
}

/** Makes a database and returns where its files are. */
async function made(): Promise<string> {
  const database = await open();
  await database.close();
  return join(dataDir, 'data');
}

/** Why `dataDir` is not opened. */
async function refusal(): Promise<string> {
  const error: unknown = await open().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DataDirectoryError)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}

describe('refuses, and leaves as it was,', () => {
  test('a directory that holds something else', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'novel.txt'), 'once');
    expect(await refusal()).toContain('novel.txt');
    expect(contents()).toEqual(['novel.txt']);
  });

  test('a directory of PGlite’s or PostgreSQL’s own', async () => {
    const data = await made();
    cpSync(data, join(root, 'plain'), { recursive: true });
    rmSync(dataDir, { recursive: true });
    cpSync(join(root, 'plain'), dataDir, { recursive: true });
    const before = contents();
    expect(await refusal()).toContain('which is not a database');
    expect(contents()).toEqual(before);
  });

  test('a file', async () => {
    writeFileSync(dataDir, '');
    expect(await refusal()).toContain('can not be read as a directory');
  });

  test('a torn database', async () => {
    const data = await made();
    rmSync(join(data, 'global', 'pg_control'));
    expect(await refusal()).toContain('pg_control is missing');
    expect(existsSync(join(data, 'PG_VERSION'))).toBe(true);
  });

  test('a database PGlite cannot start on', async () => {
    const data = await made();
    const control = join(data, 'global', 'pg_control');
    const whole = readFileSync(control);
    writeFileSync(control, Buffer.alloc(whole.length));
    expect(await refusal()).toContain('does not start');
    writeFileSync(control, whole);
    await (await open()).close();
  });

  test('a database of another version', async () => {
    const data = await made();
    writeFileSync(join(data, 'groundhog.json'), '{"pglite":"0.1.0"}');
    expect(await refusal()).toContain('made by PGlite 0.1.0');
    writeFileSync(join(data, 'groundhog.json'), 'not json');
    expect(await refusal()).toContain('a version that it does not name');
  });
});

test('a write-ahead log does not grow for ever', async () => {
  await using database = await open();
  const backlog = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ bytes: string }>(
      'select pg_current_wal_lsn() - redo_lsn as bytes from pg_control_checkpoint()',
    );
    return Number(rows[0]?.bytes);
  };
  for (let n = 0; n < 320; n += 1) {
    await database.pool.query('insert into steps values ($1, $2)', [
      n,
      randomBytes(60_000).toString('hex'),
    ]);
  }
  expect(await backlog()).toBeLessThan(64 * 2 ** 20);
  await expect.poll(backlog, { timeout: 20_000, interval: 3000 }).toBeLessThan(2 ** 20);
}, 120_000);
