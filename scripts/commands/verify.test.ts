import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { verify } from './verify.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-verify-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a recording is verified by its file, and those below a directory but for packages', async () => {
  const file = join(directory, 'R-01.jsonl');
  await cp(recordingPath('R-01'), file);
  await mkdir(join(directory, 'node_modules'));
  await writeFile(join(directory, 'node_modules/other.jsonl'), 'no recording');
  for (const path of [file, directory]) {
    expect(await verify.start({ directory: path }, quietIo)).toEqual({
      exitCode: 0,
      text: '1 recording, 1 ok, 0 failed',
      json: { recordings: 1, ok: 1, failed: [] },
    });
  }
});

test('what is torn fails by its name, and a path to nothing is an error', async () => {
  const file = join(directory, 'torn.jsonl');
  await writeFile(file, '{"t":"recording"');
  expect(await verify.start({ directory: file }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { recordings: 1, ok: 0, failed: [{ file, reason: expect.stringContaining('torn') }] },
  });
  const nothing = verify.start({ directory: join(directory, 'gone.jsonl') }, quietIo);
  await expect(nothing).rejects.toThrow('There is no recording at');
});
