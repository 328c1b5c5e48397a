import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesChangedSince } from './files-changed-since.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'changed-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const who = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};
const date = {
  GIT_AUTHOR_DATE: '2026-11-01T12:00:00Z',
  GIT_COMMITTER_DATE: '2026-11-01T12:00:00Z',
};
function git(...line: readonly string[]): void {
  execFileSync('git', [...line], { cwd: directory, env: { ...process.env, ...who, ...date } });
}
function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

test('files committed or edited since the recording was are named', async () => {
  const recording = write('r.jsonl', 'one');
  write('before.ts', 'one');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'recorded');
  expect(await filesChangedSince(recording)).toMatchObject({ date: '2026-11-01', count: 0 });
  write('prompt.ts', 'two');
  git('add', '.');
  git('commit', '--quiet', '--message', 'changed');
  write('before.ts', 'two');
  expect(await filesChangedSince(recording)).toEqual({
    commit: expect.stringMatching(/^[0-9a-f]{7,}$/),
    date: '2026-11-01',
    count: 2,
    files: ['before.ts', 'prompt.ts'],
  });
});

test('outside a checkout nothing is said', async () => {
  expect(await filesChangedSince(write('r.jsonl', 'one'))).toBeUndefined();
});
