import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecording } from '../format/recording-file.ts';

const script = fileURLToPath(new URL('../testing/keep-parcel-answers.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Keeps the answers of a session in a process that may write files of so many blocks and no larger. */
async function keep(path: string, blocks: string): Promise<unknown> {
  const run = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', run, process.execPath, script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}

test('where there is room every answer is kept', async () => {
  const path = join(folder, 'parcel-desk.jsonl');
  expect(await keep(path, 'unlimited')).toEqual({ last: 'run-completed', answers: 5 });
});

test('where the disk is full the session goes on, and what was kept before is whole', async () => {
  const path = join(folder, 'parcel-desk.jsonl');
  const kept = await keep(path, '8');
  expect(kept).toEqual({ last: 'run-completed', answers: expect.any(Number), failure: 'EFBIG' });
  const { exchanges } = await readRecording(`${path}.partial`, { torn: 'open' });
  const answers = exchanges.filter(({ t }) => t === 'model').length;
  expect(answers).toBeGreaterThan(0);
  expect(kept).toMatchObject({ answers });
});
