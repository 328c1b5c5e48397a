import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeRecording } from '../../format/recording-file.ts';
import { recordParcelSession } from '../../testing/parcel-desk.ts';
import { type AcceptanceOrder, acceptDrift, withdrawAcceptance } from './accept-drift.ts';
import { readPolicy } from './policy-file.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-'));
  file = join(directory, 'P-01.jsonl');
});
afterEach(() => rm(directory, { recursive: true }));

const order: AcceptanceOrder = {
  class: 'SYSTEM',
  level: 'warn',
  reason: 'The new greeting is on trial.',
  until: '2026-12-31',
  today: '2026-11-26',
};

test('what is accepted stands beside the recording, and outlives its being recorded again', async () => {
  const recording = await recordParcelSession();
  await writeRecording(file, recording);
  await acceptDrift(file, { ...order, class: 'TOOLS', level: 'ignore' });
  const policy = await acceptDrift(file, order);
  await writeRecording(file, recording);
  expect((await readdir(directory)).toSorted()).toEqual(['P-01.jsonl', 'P-01.policy.json']);
  expect(await readFile(policy, 'utf8')).toBe(`{
  "SYSTEM": {
    "level": "warn",
    "reason": "The new greeting is on trial.",
    "until": "2026-12-31"
  },
  "TOOLS": {
    "level": "ignore",
    "reason": "The new greeting is on trial.",
    "until": "2026-12-31"
  }
}
`);
});

test('taking the last one back takes the file away', async () => {
  await acceptDrift(file, order);
  await withdrawAcceptance(file, 'SYSTEM');
  expect(await readdir(directory)).toEqual([]);
  expect(await readPolicy(file)).toEqual({});
});

test.for([
  ['a day that is past', { until: '2026-11-25' }, '2026-11-25 is past'],
  ['a day that does not exist', { until: '2026-02-30' }, '"2026-02-30" is no date'],
  ['a day years ahead', { until: '2036-01-01' }, 'more than a year away'],
  ['no reason', { reason: '  ' }, 'nobody says why'],
  [
    'a class there is none of',
    { class: 'PROMPT' },
    '"PROMPT" is no class. There are MODEL, SYSTEM',
  ],
  ['an extra call', { class: 'EXTRA_CALL' }, 'for an extra call nothing is recorded'],
] as const)('%s is refused, and nothing is written', async ([, change, message]) => {
  await expect(acceptDrift(file, { ...order, ...change })).rejects.toThrow(message);
  expect(await readdir(directory)).toEqual([]);
});

test('nothing is taken back that was not accepted', async () => {
  await expect(withdrawAcceptance(file, 'SYSTEM')).rejects.toThrow('SYSTEM is not accepted');
});

test.for([
  ['no JSON', '{'],
  ['a class without a reason', '{"SYSTEM":{"level":"warn","until":"2026-12-31"}}'],
  ['a level that is none', '{"SYSTEM":{"level":"off","reason":"x","until":"2026-12-31"}}'],
  [
    'a class that cannot be accepted',
    '{"EXTRA_CALL":{"level":"warn","reason":"x","until":"2026-12-31"}}',
  ],
] as const)('a policy file with %s is refused and names itself', async ([, text]) => {
  await writeFile(join(directory, 'P-01.policy.json'), text);
  await expect(readPolicy(file)).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    message: expect.stringContaining('P-01.policy.json'),
  });
});
