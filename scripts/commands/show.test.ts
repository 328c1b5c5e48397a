import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { show } from './show.ts';

const run = promisify(execFile);

test('a recording is shown by its scenario and by its file, as prose and as steps', async () => {
  const byId = await show.start({ recording: 'R-07' }, quietIo);
  const byFile = await show.start({ recording: recordingPath('R-07') }, quietIo);
  expect(byFile).toEqual(byId);
  expect(byId.exitCode).toBe(0);
  expect(byId.text).toMatch(/^R-07\nscripted by /);
  expect(byId.text).toMatch(/issueRefund is approved by ana: /);
  expect(byId.json).toMatchObject({
    name: 'R-07',
    tally: { steps: expect.any(Number), decisions: 1 },
    lanes: expect.arrayContaining([expect.objectContaining({ lane: '1/billing' })]),
    steps: expect.arrayContaining([
      expect.objectContaining({ kind: 'decision', tool: 'issueRefund' }),
    ]),
  });
});

test('contexts come where they are asked for', async () => {
  const [plain, whole] = await Promise.all([
    show.start({ recording: 'R-01' }, quietIo),
    show.start({ recording: 'R-01', context: true }, quietIo),
  ]);
  expect(plain.text).not.toContain('it read:');
  expect(JSON.stringify(plain.json)).not.toContain('"messages":');
  expect(whole.text).toContain('it read:');
  expect(JSON.stringify(whole.json)).toContain('"messages":');
});

test('a scenario that there is not, and a file that there is not, are said', async () => {
  await expect(show.start({ recording: 'R-99' }, quietIo)).rejects.toMatchObject({
    code: 'SCENARIO_UNKNOWN',
  });
  await expect(show.start({ recording: 'nowhere.jsonl' }, quietIo)).rejects.toMatchObject({
    code: 'RECORDING_MISSING',
  });
});

test('a torn file is shown up to its last whole line, and said to be torn', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-show-'));
  try {
    const file = join(directory, 'R-01.jsonl');
    const lines = (await readFile(recordingPath('R-01'), 'utf8')).split('\n');
    const start = lines.findIndex((line) => line.startsWith('{"t":"message"'));
    await writeFile(file, `${lines.slice(0, start + 3).join('\n')}\n{"t":"mod`);
    const { exitCode, text } = await show.start({ recording: file }, quietIo);
    expect(exitCode).toBe(0);
    expect(text).toContain(`torn at line ${start + 4}: it stops before its end`);
    expect(text).toMatch(/^cus_1001 \(customer\): Hi, I was charged twice/m);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('git shows a changed tool result of a recording as that, in prose', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-show-'));
  const git = (...args: readonly string[]) => run('git', args, { cwd: directory });
  try {
    const file = join(directory, 'R-01.jsonl');
    const recording = await readFile(recordingPath('R-01'), 'utf8');
    const driver = `${process.execPath} ${join(process.cwd(), 'scripts/groundhog.js')} show --definitions`;
    await git('init', '--quiet');
    await git('config', 'diff.groundhog.textconv', driver);
    await writeFile(join(directory, '.gitattributes'), '*.jsonl diff=groundhog\n');
    await writeFile(file, recording);
    await git('add', '.');
    await writeFile(
      file,
      recording.replace('"output":{"mailId":"mail_1"', '"output":{"mailId":"mail_2"'),
    );
    const { stdout } = await git('diff', '--unified=0');
    expect(stdout.split('\n').filter((line) => /^[-+](?![-+])/.test(line))).toEqual([
      expect.stringMatching(/^\+edited after it was written: line \d+, tool at 1\/billing#6$/),
      '-    -> { mailId: "mail_1", to: "[e-mail 1]" }',
      '+    -> { mailId: "mail_2", to: "[e-mail 1]" }',
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
