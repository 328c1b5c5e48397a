import { expect, test } from 'vitest';
import { memoryLimitStore } from '../testing/memory-limit-store.ts';
import { type Limit, type LimitVerdict, type Use, useLimits } from './limits.ts';

const minute = 60_000;
const perTool: Limit = {
  id: 'refunds a minute',
  per: ['principal', 'tool'],
  unit: 'calls',
  windowMs: minute,
  max: 2,
  tools: ['issueRefund'],
};
const perTenant: Limit = {
  id: 'tokens a day',
  per: ['tenant'],
  unit: 'tokens',
  windowMs: 86_400_000,
  max: 1000,
};

const use = (key: string, over: Partial<Use> = {}): Use => ({
  key,
  tenant: 'maple',
  principal: 'cus_amara',
  tool: 'issueRefund',
  amounts: { calls: 1 },
  ...over,
});

function desk(...limits: readonly Limit[]): (use: Use, nowMs: number) => Promise<LimitVerdict> {
  const store = memoryLimitStore();
  return (asked, nowMs) => useLimits({ store, limits }, asked, nowMs);
}

test('a burst is refused with the time until the next window, and admitted then', async () => {
  const ask = desk(perTool);
  expect(await ask(use('a'), 10_000)).toEqual({ kind: 'admitted' });
  expect(await ask(use('b'), 20_000)).toEqual({ kind: 'admitted' });
  expect(await ask(use('c'), 45_500)).toEqual({
    kind: 'refused',
    refusals: [{ limit: perTool, used: 2, retryAfterMs: 14_500 }],
    retryAfterMs: 14_500,
    failure: {
      code: 'LIMIT_EXCEEDED',
      message: 'Refused by refunds a minute (2 of 2 calls used). Try again in 15 s.',
    },
  });
  expect(await ask(use('c'), 60_000)).toEqual({ kind: 'admitted' });
});

test('a step that runs again is counted once and answered the same, over the window’s end too', async () => {
  const ask = desk({ ...perTool, max: 1 });
  for (const nowMs of [10, 20, minute]) {
    expect(await ask(use('a'), nowMs)).toEqual({ kind: 'admitted' });
  }
  expect(await ask(use('b'), minute)).toEqual({ kind: 'admitted' });
  expect(await ask(use('c'), minute)).toMatchObject({ kind: 'refused' });
});

test('tools, principals and tenants are counted apart', async () => {
  const ask = desk({
    id: 'x',
    per: ['principal', 'tool'],
    unit: 'calls',
    windowMs: minute,
    max: 1,
  });
  expect(await ask(use('a'), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('b', { tool: 'sendReply' }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('c', { principal: 'cus_lena' }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('d', { tenant: 'juniper' }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('e'), 0)).toMatchObject({ kind: 'refused' });
});

test('a limit over everybody counts everybody', async () => {
  const ask = desk({ id: 'x', per: [], unit: 'calls', windowMs: minute, max: 1 });
  expect(await ask(use('a'), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('b', { tenant: 'juniper', tool: 'sendReply' }), 0)).toMatchObject({
    kind: 'refused',
  });
});

test('every limit that refuses is named, and none counts what another refused', async () => {
  const ask = desk(perTool, perTenant);
  const amounts = { calls: 1, tokens: 600 };
  expect(await ask(use('a', { amounts }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('b', { amounts }), 0)).toMatchObject({ refusals: [{ limit: perTenant }] });
  expect(await ask(use('c'), 0)).toEqual({ kind: 'admitted' });
  const refused = await ask(use('d', { amounts }), 0);
  expect(refused).toMatchObject({
    refusals: [{ limit: perTool }, { limit: perTenant }],
    retryAfterMs: 86_400_000,
  });
});

test('what a limit is not about passes without a count', async () => {
  const ask = desk({ ...perTool, max: 0 });
  expect(await ask(use('a', { tool: 'sendReply' }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('b', { amounts: { tokens: 5 } }), 0)).toEqual({ kind: 'admitted' });
  expect(await ask(use('c'), 0)).toMatchObject({ kind: 'refused' });
});
