import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { diff } from './diff.ts';

const committed = recordingPath('R-01');
let directory = '';
let recording = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-diff-'));
  recording = await readFile(committed, 'utf8');
});
afterAll(() => rm(directory, { recursive: true }));

/** A scratch copy of the recording in which every `from` reads `to`. */
async function copyWith(from: string, to: string): Promise<string> {
  expect(recording).toContain(from);
  const path = join(directory, 'R-01.jsonl');
  await writeFile(path, recording.replaceAll(from, to));
  return path;
}

function git(...args: readonly string[]): Promise<unknown> {
  const identity = ['-c', 'user.name=n', '-c', 'user.email=e@e.test'];
  return promisify(execFile)('git', [...identity, ...args], { cwd: directory });
}

test('a recording does not differ from itself', async () => {
  const result = await diff.start({ before: 'R-01', after: committed }, quietIo);
  expect(result).toEqual({
    exitCode: 0,
    text: 'no difference',
    json: {
      before: 'R-01',
      after: 'R-01',
      equal: true,
      origin: [],
      definitions: [],
      lanes: [],
      tally: [],
    },
  });
});

test.for([
  ['a renamed tool', 'getCharges', 'listCharges', 'tool getCharges renamed to listCharges'],
  [
    'an edited sentence of a prompt',
    'You cannot refund anything and must not promise it.',
    'You cannot refund anything, nor promise it.',
    [
      'prompt triage changed',
      '  - You cannot refund anything and must not promise it.',
      '  + You cannot refund anything, nor promise it.',
    ].join('\n'),
  ],
  [
    'a changed tool result',
    '"refundId":"re_1"',
    '"refundId":"re_2"',
    [
      'lane 1/billing parts at tool issueRefund at 1/billing#3',
      '  outcome/output/refundId: "re_1" -> "re_2"',
      '  what was read later repeats it in 1 place',
    ].join('\n'),
  ],
] as const)('%s shows as exactly that', async ([, from, to, report]) => {
  const after = await copyWith(from, to);
  const { exitCode, text } = await diff.start({ before: 'R-01', after }, quietIo);
  expect({ exitCode, text }).toEqual({ exitCode: 1, text: report });
});

test('a recording is compared with its committed version, of HEAD where nothing else is said', async () => {
  const path = await copyWith('"refundId":"re_1"', '"refundId":"re_1"');
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'first');
  expect(await diff.start({ before: path }, quietIo)).toMatchObject({ exitCode: 0 });
  await copyWith('"refundId":"re_1"', '"refundId":"re_3"');
  expect(await diff.start({ before: path, against: 'HEAD' }, quietIo)).toMatchObject({
    exitCode: 1,
  });
  await expect(diff.start({ before: path, against: 'v9' }, quietIo)).rejects.toThrow(
    /git has no v9:/,
  );
});

test('a file that stops before its end is said to', async () => {
  const path = join(directory, 'torn.jsonl');
  await writeFile(path, recording.slice(0, recording.length / 2));
  const { text } = await diff.start({ before: 'R-01', after: path }, quietIo);
  expect(text).toMatch(/^R-01 is torn at line \d+, and only so much is compared\n/);
});

test('two sessions part where they do', async () => {
  const { exitCode, text, json } = await diff.start({ before: 'D-08b', after: 'D-08c' }, quietIo);
  expect(exitCode).toBe(1);
  expect(text).toMatch(/^lane \S+ parts at /m);
  expect(json).toMatchObject({ before: 'D-08b', after: 'D-08c', equal: false });
});
