import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isSession, readAnyRecording } from '#recordings';
import { savedMs } from './saved-ms.ts';

const file =
  'docs/examples/__recordings__/order-agent.test.ts/a-customer-is-told-where-the-order-is.jsonl';

/** Two turns of a model, and between them a tool. */
async function measured() {
  const recording = await readAnyRecording(file);
  if (isSession(recording)) throw new Error('it holds calls');
  const [, of = ''] = /"hash":"(\w+)"/.exec(await readFile(file, 'utf8')) ?? [];
  const places = {
    'main#0': { start: 0, took: 300 },
    'main#1': { start: 400, took: 1000 },
    // Begins while the tool still runs.
    'main#2': { start: 1200, took: 500 },
  };
  return { recording, timing: { t: 'timing', v: 1, of, places } as const };
}

test('what is answered at once is not waited for, and side by side counts once', async () => {
  const { recording, timing } = await measured();
  expect(savedMs(recording, { timing, tools: 'recorded' })).toBe(300 + 1300);
});

test('a tool that runs is waited for', async () => {
  const { recording, timing } = await measured();
  expect(savedMs(recording, { timing, tools: { findOrder: 'live' } })).toBe(300 + 500);
  expect(savedMs(recording, { timing, tools: { another: 'live' } })).toBe(1600);
});

test('of what was measured of another recording, or not at all, nothing is said', async () => {
  const { recording, timing } = await measured();
  const stale = { ...timing, of: 'a'.repeat(64) };
  expect(savedMs(recording, { timing: stale, tools: 'recorded' })).toBeUndefined();
  expect(savedMs(recording, { timing: undefined, tools: 'recorded' })).toBeUndefined();
});
