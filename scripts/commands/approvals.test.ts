import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backing, createHarness, defineAgent, definePrompt, type Harness } from '#harness';
import { type RunningServer, startServer } from '#harness/server';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { approvals } from './approvals.ts';

const hana = { id: 'cus_hana', role: 'customer', tenant: 'maple' };
const lena = { id: 'emp_lena', role: 'billing_agent', tenant: 'maple' };

let backing: Backing;
let harness: Harness;
let lenas: RunningServer;
let hanas: RunningServer;
beforeAll(async () => {
  backing = memoryBacking();
  harness = await createHarness({
    agents: [
      defineAgent({
        name: 'billing',
        prompt: definePrompt('billing', 'You bill.'),
        tools: [],
        handoffs: [],
        turnLimit: 1,
      }),
    ],
    entry: 'billing',
    model: scriptedModel({ name: 'silent', plays: [] }),
    backing,
  });
  lenas = await startServer({ harness, access: { kind: 'development', principal: lena } });
  hanas = await startServer({ harness, access: { kind: 'development', principal: hana } });
});
afterAll(async () => {
  await lenas.close();
  await hanas.close();
  await harness.close();
});

async function asked(approvalId: string): Promise<void> {
  await backing.approvals.request({
    approvalId,
    tenant: 'maple',
    sessionId: 's1',
    runId: 's1/m1',
    callId: 'call',
    tool: 'issueRefund',
    arguments: { amountMinor: 6450, order: approvalId },
    stateVersion: '1',
    requestedBy: hana.id,
    roles: ['billing_agent'],
    reason: 'more than 40.00',
    requestedAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  });
}

const run = (
  action: string,
  raw: Readonly<Record<string, string>>,
  { url }: RunningServer = lenas,
): Promise<CommandResult> => approvals.start({ action, url, ...raw }, quietIo);

test('what waits is listed, approved with other arguments or rejected, and then waits no more', async () => {
  await asked('s1/m1/a#1');
  await asked('s1/m1/b#1');
  const listed = await run('list', {});
  expect(listed.text.split('\n')).toEqual([
    expect.stringMatching(/^s1\/m1\/a#1 .*6450.*more than 40\.00 .*yours to decide/),
    expect.stringMatching(/^s1\/m1\/b#1 /),
  ]);
  expect(
    await run('approve', { id: 's1/m1/a#1', reason: 'ok', edit: '{"amountMinor":1}' }),
  ).toEqual(expect.objectContaining({ exitCode: 0, text: 's1/m1/a#1 is approved.' }));
  await run('reject', { id: 's1/m1/b#1', reason: 'carrier claim first' });
  expect(await backing.approvals.find('s1/m1/a#1')).toMatchObject({
    status: 'approved',
    decidedBy: lena.id,
    decisionReason: 'ok',
    editedArguments: { amountMinor: 1 },
  });
  expect(await backing.approvals.find('s1/m1/b#1')).toMatchObject({
    status: 'rejected',
    decisionReason: 'carrier claim first',
  });
  expect(await run('list', {})).toMatchObject({ text: 'Nothing waits.', json: { approvals: [] } });
});

test('who may not decide is told so, and it waits on', async () => {
  await asked('s1/m1/c#1');
  expect((await run('list', {}, hanas)).text).toContain('waits for billing_agent');
  await expect(run('approve', { id: 's1/m1/c#1' }, hanas)).rejects.toMatchObject({
    code: 'DECISION_REFUSED',
  });
  expect(await backing.approvals.find('s1/m1/c#1')).toMatchObject({ status: 'pending' });
  await expect(run('approve', { id: 'nobody/asked/this#1' })).rejects.toMatchObject({
    code: 'APPROVAL_MISSING',
  });
});

test.each([
  ['approve', {}, 'the id'],
  ['approve', { id: 'a', edit: '{' }, '--edit'],
  ['reject', { id: 'a', edit: '{}' }, '--edit'],
  ['cancel', {}, 'list, approve, reject'],
])('%s %j is refused as wrong usage', async (action, raw, words) => {
  await expect(run(action, raw)).rejects.toThrow(words);
});
