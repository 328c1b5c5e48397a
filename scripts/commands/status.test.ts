import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRecording, serializeRecording } from '#recordings';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { status } from './status.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-status-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Puts a copy of the recording of R-01 there, as if it had been recorded with `to` in the place of `from`. */
async function recordedWith(from: string, to: string): Promise<void> {
  const text = await readFile(recordingPath('R-01'), 'utf8');
  expect(text).toContain(from);
  const recording = parseRecording(text.replaceAll(from, to), 'R-01.jsonl');
  await writeFile(
    join(directory, 'R-01.jsonl'),
    serializeRecording({ ...recording, editedLines: [] }),
  );
}

const look = (replay = false) =>
  status.start({ recordings: directory, ...(replay ? { replay } : {}) }, quietIo);

test('the library is as its scenarios are, and complete', async () => {
  const { exitCode, json, text } = await status.start({}, quietIo);
  expect(text).toMatch(/^(\d+) recordings, \1 ok, 0 not$/);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 0,
    json: {
      recordings: expect.arrayContaining([
        expect.objectContaining({ recording: 'S-08', state: 'ok' }),
      ]),
    },
  });
});

test.for([
  [
    'a renamed tool',
    'getCharges',
    'listCharges',
    ['drifted    R-01 TOOLS', '  tool listCharges renamed to getCharges'],
  ],
  [
    'an edited sentence of a prompt',
    'You cannot refund anything and must not promise it.',
    'You never refund.',
    [
      'drifted    R-01 SYSTEM',
      '  prompt triage changed',
      '    - You never refund.',
      '    + You cannot refund anything and must not promise it.',
    ],
  ],
] as const)('%s shows as exactly that', async ([, from, to, lines]) => {
  await recordedWith(from, to);
  const { exitCode, text } = await look();
  expect({ exitCode, text }).toEqual({
    exitCode: 1,
    text: [...lines, '1 recording, 0 ok, 1 not'].join('\n'),
  });
});

test.for([
  ['until a day to come', '2999-12-31', 'ok', 0],
  ['until a day that is over', '2026-01-31', 'expired', 1],
] as const)('a drift that was accepted %s is %s', async ([, until, state, exitCode]) => {
  await recordedWith('You cannot refund anything and must not promise it.', 'You never refund.');
  const policy = { SYSTEM: { level: 'warn', reason: 'a softer word', until } };
  await writeFile(join(directory, 'R-01.policy.json'), JSON.stringify(policy));
  const found = await look();
  expect(found).toMatchObject({
    exitCode,
    json: { recordings: [{ recording: 'R-01', state, drift: [{ class: 'SYSTEM' }] }] },
  });
  expect(found.text.includes(`SYSTEM was accepted until ${until}: a softer word`)).toBe(
    state === 'expired',
  );
});

test('what is accepted of one class leaves another as it is', async () => {
  await recordedWith('getCharges', 'listCharges');
  const policy = { SYSTEM: { level: 'ignore', reason: 'not this', until: '2999-12-31' } };
  await writeFile(join(directory, 'R-01.policy.json'), JSON.stringify(policy));
  expect(await look()).toMatchObject({ exitCode: 1, json: { recordings: [{ state: 'drifted' }] } });
});

test('a changed tool result takes a replay to show', async () => {
  await recordedWith('"output":{"filedUnder":"billing"}', '"output":{"filedUnder":"sales"}');
  expect((await look()).text).toBe('1 recording, 1 ok, 0 not');
  const { exitCode, text } = await look(true);
  expect(exitCode).toBe(1);
  expect(text).toMatch(/^drifted {4}R-01/);
  expect(text).toContain('filedUnder');
});

test('what no scenario has, what was edited and what cannot be read is not ok, each with its reason', async () => {
  const recording = await readFile(recordingPath('R-01'), 'utf8');
  await writeFile(
    join(directory, 'edited.jsonl'),
    recording.replace('"mailId":"mail_1"', '"mailId":"mail_2"'),
  );
  await writeFile(
    join(directory, 'orphan.jsonl'),
    recording.replace('"name":"R-01"', '"name":"Z-99"'),
  );
  await writeFile(join(directory, 'other.jsonl'), '{"a":1}\n');
  const { exitCode, json } = await look();
  expect(exitCode).toBe(1);
  expect(json['recordings']).toMatchObject([
    { recording: 'R-01', state: 'unverified', reason: expect.stringContaining('edited') },
    { recording: 'Z-99', state: 'orphan' },
    {
      file: join(directory, 'other.jsonl'),
      state: 'unverified',
      reason: expect.stringMatching(/Line 1/),
    },
  ]);
});

test('a card of somebody else is held against the recording beside it, and against no other', async () => {
  await cp('docs/examples/X-01.jsonl', join(directory, 'X-01.jsonl'));
  const named = { recordings: ['docs/examples', 'docs/examples/outage-card.ts', directory] };
  const { exitCode, json } = await status.start(named, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 1,
    json: {
      recordings: [
        { recording: 'X-01', state: 'ok', file: expect.stringMatching(/^\S*docs.examples.X-01/) },
        { recording: 'a customer is told where the order is', state: 'unverified' },
        { recording: 'X-01', state: 'orphan', reason: expect.stringContaining('named beside it') },
      ],
    },
  });
});

test('what lies in packages is left out, and a recording that is not there is an error', async () => {
  await mkdir(join(directory, 'node_modules/other'), { recursive: true });
  await cp(recordingPath('R-01'), join(directory, 'node_modules/other/R-01.jsonl'));
  expect(await look()).toMatchObject({ exitCode: 2, json: { recordings: [] } });
  await expect(status.start({ recordings: ['nowhere.jsonl'] }, quietIo)).rejects.toThrow(
    'There is no recording at nowhere.jsonl',
  );
});

test('nothing to look at is no success', async () => {
  expect(await look()).toMatchObject({ exitCode: 2, json: { recordings: [] } });
});
