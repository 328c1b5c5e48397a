import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Preparation } from '../../preparation.ts';
import { startBackend } from '../backend.ts';
import { preparedSnapshot } from './prepared-snapshot.ts';

let cacheDir: string;
let runCount: number;

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'groundhog-snapshot-'));
  runCount = 0;
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

function preparation(key: string): Preparation {
  return {
    key,
    run: async (pool) => {
      runCount += 1;
      await pool.query('create table made_by (key text)');
      await pool.query('insert into made_by values ($1)', [key]);
    },
  };
}

async function keyIn(snapshot: Blob): Promise<unknown> {
  const db = await startBackend({ snapshot });
  try {
    return (await db.query('select key from made_by')).rows;
  } finally {
    await db.close();
  }
}

test('what prepares runs once for each key, and every copy has what it left', async () => {
  for (const key of ['a', 'a', 'b', 'a']) {
    expect(await keyIn(await preparedSnapshot({ cacheDir, prepare: preparation(key) }))).toEqual([
      { key },
    ]);
  }
  expect(runCount).toBe(2);
  const files = readdirSync(cacheDir);
  expect(files).toHaveLength(2);
  // An ordinary copy of a new database is 40 MB.
  for (const file of files) expect(statSync(join(cacheDir, file)).size).toBeLessThan(20e6);
});

const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'cut short': (bytes) => bytes.subarray(0, bytes.length / 2),
  'changed in one bit': (bytes) => Buffer.from(bytes).fill((bytes[5e6] ?? 0) ^ 1, 5e6, 5e6 + 1),
};

test('a cached snapshot that was damaged is made again', async () => {
  await preparedSnapshot({ cacheDir, prepare: preparation('a') });
  const [name = ''] = readdirSync(cacheDir);
  const file = join(cacheDir, name);
  const whole = readFileSync(file);
  for (const [damage, apply] of Object.entries(damages)) {
    runCount = 0;
    writeFileSync(file, apply(whole));
    const again = await preparedSnapshot({ cacheDir, prepare: preparation('a') });
    expect([damage, runCount, await keyIn(again)]).toEqual([damage, 1, [{ key: 'a' }]]);
  }
}, 60_000);

test('nothing is kept of a preparation that failed', async () => {
  const failing: Preparation = {
    key: 'a',
    run: async (pool) => {
      await pool.query('create table made_by (key text)');
      throw new Error('half way');
    },
  };
  await expect(preparedSnapshot({ cacheDir, prepare: failing })).rejects.toThrow('half way');
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('several processes may make one at once', async () => {
  const code = `
    import { preparedSnapshot } from ${JSON.stringify(new URL('prepared-snapshot.ts', import.meta.url).href)};
    const run = async (pool) => { await pool.query("create table made_by as select 'a'::text as key"); };
    await preparedSnapshot({ cacheDir: ${JSON.stringify(cacheDir)}, prepare: { key: 'a', run } });`;
  const makers = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(makers.map(async (maker) => (await once(maker, 'close'))[0]));
  expect(codes).toEqual([0, 0]);
  expect(readdirSync(cacheDir)).toHaveLength(1);
  const snapshot = await preparedSnapshot({ cacheDir, prepare: preparation('a') });
  expect(await keyIn(snapshot)).toEqual([{ key: 'a' }]);
  expect(runCount).toBe(0);
}, 60_000);
