import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRecording, readRecording } from '#recordings';
import { readImported, verifyDirectory } from '#recordings/importers';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { migrate } from './migrate.ts';

const fixtures = join(import.meta.dirname, '../../recordings/format/migration/fixtures');

let folder: string;
let session: string;
let imported: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  await cp(fixtures, folder, { recursive: true });
  session = join(folder, 'session-1.jsonl');
  imported = join(folder, 'import-2.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (
  files: readonly string[],
  options: Readonly<Record<string, string | boolean>> = {},
): Promise<CommandResult> => migrate.start({ files, ...options }, quietIo);

test('a session of version 1 and an import of version 2 become recordings of this version, and nothing is made up', async () => {
  expect(await run([session, imported])).toMatchObject({
    exitCode: 0,
    json: {
      migrated: [
        { file: session, from: 1, to: session },
        { file: imported, from: 2, to: imported },
      ],
      current: [],
      refused: [],
    },
  });
  const { header, exchanges, editedLines } = await readRecording(session);
  expect(header).toMatchObject({ v: 3, fidelity: 'session', name: 'parcel-desk', migratedFrom: 1 });
  expect(editedLines).toEqual([]);
  expect(exchanges.filter((each) => each.t === 'tool' && 'effect' in each)).toEqual([]);
  expect((await readImported(imported)).header).toMatchObject({
    v: 3,
    fidelity: 'response-only',
    migratedFrom: 2,
  });
  expect(await verifyDirectory(folder)).toEqual({ recordings: 2, ok: 2, failed: [] });
  expect(await readdir(folder)).toEqual(['import-2.jsonl', 'session-1.jsonl']);
});

test('all lines but the header and the digests stay byte for byte', async () => {
  const before = (await readFile(session, 'utf8')).split('\n');
  await run([session]);
  const after = (await readFile(session, 'utf8')).split('\n');
  expect(after).toHaveLength(before.length);
  expect(after.slice(1, -2)).toEqual(before.slice(1, -2));
});

test('what is current is said to be, and is left alone', async () => {
  await run([session]);
  const text = await readFile(session, 'utf8');
  expect(await run([session])).toMatchObject({
    exitCode: 0,
    text: `${session}: current\n0 lifted, 1 current, 0 refused`,
  });
  expect(await readFile(session, 'utf8')).toBe(text);
});

test('--check writes nothing and ends with 1 while there is something to lift', async () => {
  const text = await readFile(session, 'utf8');
  expect(await run([session], { check: true })).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('would be lifted from version 1'),
  });
  expect(await readFile(session, 'utf8')).toBe(text);
  await run([session]);
  expect(await run([session], { check: true })).toMatchObject({ exitCode: 0 });
});

test('--out leaves the old file and writes the new one beside', async () => {
  const text = await readFile(session, 'utf8');
  const out = join(folder, 'lifted');
  expect(await run([session], { out })).toMatchObject({ exitCode: 0 });
  expect(await readFile(session, 'utf8')).toBe(text);
  expect(
    parseRecording(await readFile(join(out, 'session-1.jsonl'), 'utf8'), 'lifted').header.v,
  ).toBe(3);
});

test('an edited file is refused, because the edit would no longer show, unless that is meant', async () => {
  const edited = (await readFile(session, 'utf8')).replace('P-7?', 'P-8?');
  await writeFile(session, edited);
  expect(await run([session, imported])).toMatchObject({
    exitCode: 1,
    json: {
      migrated: [{ file: imported }],
      refused: [
        { file: session, code: 'RECORDING_EDITED', reason: expect.stringContaining('line 8') },
      ],
    },
  });
  expect(await readFile(session, 'utf8')).toBe(edited);
  expect(await run([session], { acceptEdits: true })).toMatchObject({ exitCode: 0 });
  expect((await readRecording(session)).editedLines).toEqual([]);
});

test.each([
  ['torn', (text: string) => text.slice(0, -9), 'RECORDING_TORN'],
  [
    'of a version nobody knows',
    (text: string) => text.replace('"v":1', '"v":9'),
    'RECORDING_VERSION_UNKNOWN',
  ],
  ['no recording', () => 'What is this?\n', 'RECORDING_INVALID'],
  [
    'holding a secret',
    (text: string) => text.replace('P-7?', `sk-${'a1B2'.repeat(6)}?`),
    'RECORDING_HOLDS_SECRET',
  ],
] as const)('a file that is %s is refused and left as it is', async (_, damage, code) => {
  const damaged = damage(await readFile(session, 'utf8'));
  await writeFile(session, damaged);
  expect(await run([session], { acceptEdits: true })).toMatchObject({
    exitCode: 1,
    json: { refused: [{ file: session, code }] },
  });
  expect(await readFile(session, 'utf8')).toBe(damaged);
});
