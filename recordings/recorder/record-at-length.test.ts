import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecording } from '../format/recording-file.ts';

/** GROUNDHOG_RECORDED_RUNS=9700 for a recording of 100 MB: within the same memory. */
const runs = Number(process.env['GROUNDHOG_RECORDED_RUNS'] ?? 500);
const heapMegabytes = 64;
const bytesOfRun = 10_000;
const exchangesOfRun = 6;
const timeout = 60_000 + runs * 100;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'at-length-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL('../testing/record-at-length.ts', import.meta.url));

/** Records in a process of its own that has no more memory than this. */
async function record(
  path: string,
  ...how: readonly string[]
): Promise<{ signal: unknown; said: string }> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMegabytes}`, script, path, String(runs), ...how],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [said, [, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { signal, said };
}

test('what is held while a session is recorded does not grow with it', { timeout }, async () => {
  const path = join(folder, 'journal.jsonl');
  expect(await record(path)).toEqual({ signal: null, said: '' });
  expect((await stat(path)).size).toBeGreaterThan(runs * bytesOfRun);
  const { exchanges, editedLines, definitions } = await readRecording(path);
  expect(exchanges).toHaveLength(runs * exchangesOfRun);
  expect(new Set(exchanges.map(({ lane }) => lane)).size).toBe(runs * 2);
  expect({ editedLines, definitions: definitions.length }).toEqual({
    editedLines: [],
    definitions: 1,
  });
});

test('a recorder that holds the session does not get by with that', { timeout }, async () => {
  const { signal, said } = await record(join(folder, 'held.jsonl'), 'held');
  expect(signal).toBe('SIGABRT');
  expect(said).toContain('JavaScript heap out of memory');
});
