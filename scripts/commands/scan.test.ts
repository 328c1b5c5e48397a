import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { scan } from './scan.ts';

const library = join(import.meta.dirname, '../../recordings/library');
const key = `sk-${randomBytes(16).toString('hex')}`;
const card = '4242 4242 4242 4242';
const header = JSON.stringify({ t: 'recording', v: 3 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (
  paths: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> => scan.start({ paths }, { ...quietIo, environment });

async function write(name: string, text: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

test('the recordings of this repository hold nothing', async () => {
  expect(await run([library])).toMatchObject({ exitCode: 0, json: { found: [], skipped: [] } });
});

test('a key and a card number are told by file, line, field and kind, never by what they are', async () => {
  const line = JSON.stringify({ t: 'tool', outcome: { output: [`see ${key}`, card] } });
  const recording = await write('a.jsonl', `${header}\n${line}\n`);
  const plain = await write('b.txt', `one\nOPENAI_API_KEY=${key}\n`);
  const result = await run([folder]);
  expect(result).toEqual({
    exitCode: 1,
    text: [
      `${recording}:2 /outcome/output/0 holds an OpenAI or Anthropic key`,
      `${recording}:2 /outcome/output/1 holds a card number`,
      `${plain}:2 holds an OpenAI or Anthropic key`,
      '2 files, 3 found, 0 skipped',
    ].join('\n'),
    json: {
      files: 2,
      found: [
        {
          file: recording,
          line: 2,
          field: '/outcome/output/0',
          kind: 'an OpenAI or Anthropic key',
        },
        { file: recording, line: 2, field: '/outcome/output/1', kind: 'a card number' },
        { file: plain, line: 2, kind: 'an OpenAI or Anthropic key' },
      ],
      skipped: [],
    },
  });
  expect(JSON.stringify(result)).not.toMatch(/4242|sk-/);
});

test('a value of a variable named as secrets are is found by that name, whatever it looks like', async () => {
  const value = 'correct horse battery';
  const file = await write('a.txt', `It is: ${value}`);
  expect(await run([file], { DB_PASSWORD: value, EDITOR: 'It is' })).toMatchObject({
    exitCode: 1,
    json: { found: [{ file, line: 1, kind: 'the value of DB_PASSWORD' }] },
  });
  expect(await run([file], { DB_PASSWORD: 'It is' })).toMatchObject({ exitCode: 0 });
});

test('an address is found in a recording and left alone elsewhere', async () => {
  const line = JSON.stringify({ text: 'write to amara.okafor@customers.example' });
  const recording = await write('a.jsonl', `${header}\n${line}\n`);
  await write('b.jsonl', `${line}\n`);
  expect((await run([folder])).json['found']).toEqual([
    { file: recording, line: 2, field: '/text', kind: 'an e-mail address' },
  ]);
});

test('what is not looked into is told; nothing looked at ends with 2', async () => {
  const binary = await write('a.bin', Uint8Array.of(1, 0, 2));
  await mkdir(join(folder, 'node_modules'));
  await symlink(binary, join(folder, 'link'));
  expect(await run([folder])).toMatchObject({
    exitCode: 2,
    json: {
      files: 0,
      skipped: [
        { file: binary, reason: 'it is binary' },
        { file: join(folder, 'link'), reason: 'it is no file' },
        { file: join(folder, 'node_modules'), reason: 'it is left out' },
      ],
    },
  });
  await expect(run([join(folder, 'none')])).rejects.toMatchObject({ code: 'RECORDING_MISSING' });
});
