import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingPath } from '#scenarios';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { accept } from './accept.ts';
import { replay } from './replay.ts';

let directory: string;
let recording: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'accept-'));
  recording = join(directory, 'R-01.jsonl');
  cpSync(recordingPath('R-01'), recording);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const onTrial = { class: 'MODEL', reason: 'a trial', until: tomorrow };

const replayed = (format: string): Promise<CommandResult> =>
  replay.start({ recordings: [recording], model: 'another', format }, quietIo);

test('a class is an error, is accepted, and is an error again', async () => {
  const before = await replayed('github');
  expect(before).toMatchObject({
    exitCode: 1,
    json: {
      verdict: 'diverged',
      divergence: {
        class: 'MODEL',
        fix: [{}, { action: expect.stringContaining(`accept ${recording} --class MODEL`) }, {}],
      },
    },
  });
  expect(before.text.split('\n').at(-1)).toMatch(
    /^::error file=.*R-01\.jsonl,line=\d+,title=R-01 diverged%3A MODEL at 1\/triage#0::REPLAY DIVERGED/,
  );
  const order = { ...onTrial, recording };
  expect(await accept.start(order, quietIo)).toMatchObject({ exitCode: 0 });
  const accepted = await replayed('text');
  expect(accepted).toMatchObject({
    exitCode: 0,
    json: { verdict: 'same', policies: [{ class: 'MODEL', level: 'warn', drifts: 5 }] },
  });
  expect(accepted.text).toContain(`policy MODEL: warn until ${tomorrow}, 5 places (a trial)`);
  await accept.start({ recording, class: 'MODEL', remove: true }, quietIo);
  expect(existsSync(join(directory, 'R-01.policy.json'))).toBe(false);
  expect(await replayed('text')).toMatchObject({ exitCode: 1 });
});

test('calls of an agent and requests over HTTP are accepted by their file; what is replayed without policies is not', async () => {
  const [calls, requests, answers] = ['call', 'http', 'response-only'].map((kind) => {
    const file = join(directory, `${kind}.jsonl`);
    cpSync(`recordings/format/conformance/valid/${kind}.jsonl`, file);
    return file;
  });
  const order = { ...onTrial, class: 'SYSTEM' };
  expect(await accept.start({ ...order, recording: calls }, quietIo)).toMatchObject({
    exitCode: 0,
    json: { class: 'SYSTEM', level: 'warn', policy: join(directory, 'call.policy.json') },
  });
  expect(existsSync(join(directory, 'call.policy.json'))).toBe(true);
  expect(await accept.start({ ...order, recording: requests }, quietIo)).toMatchObject({
    json: { class: 'SYSTEM', policy: join(directory, 'http.policy.json') },
  });
  await expect(accept.start({ ...order, recording: answers }, quietIo)).rejects.toThrow(
    '(fidelity response-only) is replayed without policies',
  );
});

test.for([
  ['no reason', { reason: undefined }, '--reason is missing'],
  ['no day', { until: undefined }, '--until is missing'],
  ['a day that is past', { until: '2020-01-01' }, '2020-01-01 is past'],
  ['a class there is none of', { class: 'PROMPT' }, '"PROMPT" is no class'],
] as const)('%s is refused', async ([, change, message]) => {
  const order = { ...onTrial, recording, ...change };
  await expect(accept.start(order, quietIo)).rejects.toThrow(message);
  expect(existsSync(join(directory, 'R-01.policy.json'))).toBe(false);
});
