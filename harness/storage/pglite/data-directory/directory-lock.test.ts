import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

const moduleUrl = new URL('directory-lock.ts', import.meta.url).href;

let root: string;
let lock: string;
let children: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'groundhog-lock-'));
  lock = join(root, 'owner');
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  rmSync(root, { recursive: true });
});

/** Locks in another process and says `mine` or the code of the error; lives on until killed. */
async function lockElsewhere(
  start?: Promise<void>,
): Promise<{ child: ChildProcess; said: string }> {
  const code = `
    import { lockDirectory } from ${JSON.stringify(moduleUrl)};
    process.stdout.write('up\\n');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    try { lockDirectory(${JSON.stringify(lock)}); console.log('mine'); }
    catch (error) { console.log(error.code ?? String(error)); }
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
  children.push(child);
  await once(child.stdout, 'data');
  await start;
  child.stdin.write('go\n');
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

test('a directory has one owner, and the error names it', async () => {
  const { child, said } = await lockElsewhere();
  expect(said).toBe('mine');
  expect(() => lockDirectory(lock)).toThrow(
    expect.objectContaining({
      code: 'DIRECTORY_LOCKED',
      message: expect.stringMatching(new RegExp(`process ${child.pid} .*${lock}`)),
    }),
  );
  expect((await lockElsewhere()).said).toBe('DIRECTORY_LOCKED');
});

test('one process does not own a directory twice', () => {
  const owned = lockDirectory(lock);
  expect(() => lockDirectory(lock)).toThrow('in use by process');
  owned.release();
  lockDirectory(lock).release();
});

test('an owner killed by SIGKILL is succeeded, also before its parent has noticed', async () => {
  const { child } = await lockElsewhere();
  child.kill('SIGKILL');
  // Until we get round to the event loop the dead process is a zombie of ours.
  await expect.poll(() => isZombieOrGone(child.pid ?? 0)).toBe(true);
  lockDirectory(lock).release();
});

function isZombieOrGone(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return !existsSync(file) || /\) [ZX] /.test(readFileSync(file, 'utf8'));
}

test('of many processes that find the owner dead, exactly one succeeds it, every time', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { child } = await lockElsewhere();
    await kill(child);
    const gate = Promise.withResolvers<void>();
    const rivals = Array.from({ length: 8 }, () => lockElsewhere(gate.promise));
    gate.resolve();
    const answers = (await Promise.all(rivals)).map(({ said }) => said);
    expect(answers.toSorted()).toEqual([...Array(7).fill('DIRECTORY_LOCKED'), 'mine']);
    await Promise.all(children.map(kill));
    children = [];
    rmSync(lock, { recursive: true });
  }
}, 120_000);

test('a pid that was used again is not its former owner', () => {
  const owned = lockDirectory(lock);
  const [number = ''] = readdirSync(lock);
  const file = join(lock, number);
  const ticket: unknown = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...Object(ticket), startedAt: '1' }));
  const successor = lockDirectory(lock);
  expect(() => lockDirectory(lock)).toThrow('in use by process');
  successor.release();
  owned.release();
});

test('an owner on another host is never taken for dead', () => {
  lockDirectory(lock);
  const [number = ''] = readdirSync(lock);
  const file = join(lock, number);
  const ticket: unknown = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...Object(ticket), host: 'elsewhere', pid: 1 }));
  expect(() => lockDirectory(lock)).toThrow('process 1 on elsewhere');
});

test('tickets do not pile up', () => {
  for (let n = 0; n < 5; n += 1) lockDirectory(lock).release();
  expect(readdirSync(lock)).toEqual(['5']);
});
