import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprint } from '#harness';
import { parseRecording, type Recording, serializeRecording } from '#recordings';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { replay } from './replay.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-replay-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A recording of R-01 as if it had been made with `to` in the place of `from`: nothing in it is edited. */
async function recordedWith(from: string, to: string): Promise<string> {
  const text = await readFile(recordingPath('R-01'), 'utf8');
  expect(text).toContain(from);
  const recording = parseRecording(text.replaceAll(from, to), 'R-01.jsonl');
  return keep(recording);
}

/** Puts it there whole: with an end line and fingerprints of its own. */
async function keep(recording: Recording): Promise<string> {
  const definitions = recording.definitions.map((each) => ({
    ...each,
    fingerprint: fingerprint(each.t === 'prompt' ? each.text : each.definition),
  }));
  const path = join(directory, 'R-01.jsonl');
  await writeFile(path, serializeRecording({ ...recording, definitions, editedLines: [] }));
  return path;
}

// The agents are today's and the recording is older, as after a change in the code. `diff` and `status` say the same of it.
test.for([
  [
    'a renamed tool',
    ['listCharges', 'TOOLS'],
    {
      subject: 'tools',
      pointer: '/listCharges/name',
      recorded: 'listCharges',
      asked: 'getCharges',
    },
    ['getCharges', 'listCharges'],
  ],
  [
    'an edited sentence of a prompt',
    ['You never refund.', 'SYSTEM'],
    { subject: 'system', pointer: '/0' },
    ['You cannot refund anything and must not promise it.', 'You never refund.'],
  ],
] as const)('%s shows as exactly that', async ([, [words, kind], difference, [from, to]]) => {
  const path = await recordedWith(from, to);
  const { exitCode, text, json } = await replay.start({ recordings: [path] }, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 1,
    json: {
      divergences: 1,
      divergence: {
        class: kind,
        at: { exchange: 'model call', place: { lane: '1/triage', ordinal: 0 } },
        difference,
        edited: [],
      },
    },
  });
  expect(text).toContain(`REPLAY DIVERGED  R-01   class ${kind}   model call at 1/triage#0`);
  expect(text).toContain(words);
});

test('a changed tool result shows as exactly that, with the tool as its cause', async () => {
  const text = await readFile(recordingPath('R-01'), 'utf8');
  const from = '"output":{"filedUnder":"billing"}';
  expect(text.split(from)).toHaveLength(2);
  const changed = text.replace(from, '"output":{"filedUnder":"sales"}');
  const path = await keep(parseRecording(changed, 'R-01.jsonl'));
  const { exitCode, json } = await replay.start({ recordings: [path] }, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 1,
    json: {
      divergence: {
        class: 'TOOL_RESULT',
        at: { exchange: 'model call' },
        cause: {
          exchange: expect.stringMatching(/^tool classifyItem/),
          difference: {
            subject: 'result',
            pointer: '/filedUnder',
            recorded: 'billing',
            asked: 'sales',
          },
        },
        edited: [],
      },
    },
  });
});

test('a recording of today replays to itself', async () => {
  const { exitCode, json } = await replay.start({ recordings: [recordingPath('R-01')] }, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 0,
    json: { divergences: 0, verdict: 'same' },
  });
});

test('of several each is told, and the worst of them decides', async () => {
  const renamed = await recordedWith('getCharges', 'listCharges');
  const several = [recordingPath('T-01'), renamed, recordingPath('R-01')];
  const { exitCode, text, json } = await replay.start({ recordings: several }, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 1,
    json: {
      recordings: [{ verdict: 'same' }, { verdict: 'diverged' }, { verdict: 'same' }],
      same: 2,
      diverged: 1,
      unverifiable: 0,
      unreadable: 0,
    },
  });
  expect(text).toContain('T-01: ');
  expect(text).toMatch(/3 recordings: 2 same, 1 diverged, 0 unverifiable, 0 unreadable$/);
});

test('of several one that cannot be read is told with its reason, and the others all the same', async () => {
  const torn = join(directory, 'torn.jsonl');
  await writeFile(torn, (await readFile(recordingPath('R-01'), 'utf8')).slice(0, -9));
  const unknown = join(directory, 'nowhere.jsonl');
  const several = [recordingPath('T-01'), torn, unknown, recordingPath('R-01')];
  const { exitCode, text, json } = await replay.start({ recordings: several }, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 2,
    json: {
      recordings: [
        { verdict: 'same' },
        { recording: torn, error: { code: 'RECORDING_TORN' } },
        { recording: unknown, error: { code: 'RECORDING_MISSING' } },
        { verdict: 'same' },
      ],
      same: 2,
      unreadable: 2,
    },
  });
  expect(text).toContain(`${torn}: error RECORDING_TORN: `);
  const diverged = await recordedWith('getCharges', 'listCharges');
  const worst = await replay.start({ recordings: [torn, diverged] }, quietIo);
  expect(worst).toMatchObject({ exitCode: 1, json: { diverged: 1, unreadable: 1 } });
  await expect(replay.start({ recordings: [torn] }, quietIo)).rejects.toThrow('is torn');
});
