import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import { fingerprint } from '../host/fingerprint.ts';
import type { Approval } from '../session/approval.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import type { PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { RetryableToolError } from '../tools/retryable-tool-error.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };
const lee = { id: 'lee', role: 'billing_lead', tenant: 'larkspur' };

interface Purse {
  readonly tool: Tool;
  readonly paid: { readonly key: string; readonly amountMinor: number }[];
  /** What the approval is judged by. */
  balance: number;
  /** So often is it not to be seen. */
  cutOff: number;
}

/** Pays; more than 50.00 only if a billing agent agrees. */
function purse(): Purse {
  const state: Purse = {
    paid: [],
    balance: 10_000,
    cutOff: 0,
    tool: defineTool({
      name: 'pay',
      version: '1',
      owner: 'tests',
      description: 'Pays.',
      input: z.object({ amountMinor: z.int().positive() }),
      output: z.object({ paidMinor: z.number() }),
      effect: 'keyed',
      agents: ['billing'],
      approval: async ({ amountMinor }) => {
        state.cutOff -= 1;
        if (state.cutOff >= 0) throw new RetryableToolError('BALANCE_UNREACHABLE', 'No answer.');
        return amountMinor <= 5000
          ? undefined
          : {
              roles: ['billing_agent'],
              reason: 'more than 50.00',
              stateVersion: fingerprint(state.balance),
            };
      },
      execute: async ({ amountMinor }, { idempotencyKey }) => {
        state.paid.push({ key: idempotencyKey, amountMinor });
        return { paidMinor: amountMinor };
      },
    }),
  };
  return state;
}

const pay = (amountMinor: number): PlaybookAnswer => ({
  calls: [{ tool: 'pay', input: { amountMinor } }],
});

async function open({ tool }: Purse, ...answers: readonly PlaybookAnswer[]): Promise<Harness> {
  const model = scriptedModel({
    name: 'in turn',
    plays: answers.map((answer, index) => ({
      name: `turn ${index + 1}`,
      when: ({ messages }) =>
        messages.filter((message) => message.role === 'assistant').length === index,
      answer: () => answer,
    })),
  });
  const harness = await createHarness({
    agents: [
      defineAgent({
        name: 'billing',
        prompt: definePrompt('billing', 'You bill.'),
        tools: [tool],
        handoffs: [],
        turnLimit: 6,
      }),
    ],
    entry: 'billing',
    model,
    backing: memoryBacking(),
  });
  await harness.send({ sessionId: 's', messageId: 'r', text: 'pay me', principal: customer });
  return harness;
}

/** The n-th request of the session, once it waits. */
async function waiting(harness: Harness, index = 0): Promise<Approval> {
  for (let tries = 0; tries < 400; tries += 1) {
    const pending = (await harness.approvals.list('larkspur', 's'))[index];
    if (pending?.status === 'pending') return pending;
    await pause(10);
  }
  throw new Error('nothing waits');
}

const told = async (harness: Harness): Promise<readonly string[]> =>
  (await harness.events('s')).map(({ fact }) =>
    fact.type === 'tool-failed' ? fact.error.code : fact.type,
  );

test('what needs no approval is done at once, in one step', async () => {
  const state = purse();
  await using harness = await open(state, pay(5000), { text: 'paid' });
  await harness.outcome('r');
  expect(state.paid).toEqual([{ key: 's/r/pay#1', amountMinor: 5000 }]);
  expect(await harness.approvals.list('larkspur')).toEqual([]);
});

test('what an approval is judged by is looked at again where it could not be seen, and without it nothing is done', async () => {
  const state = purse();
  state.cutOff = 2;
  await using harness = await open(state, pay(5000), pay(4000), { text: 'paid' });
  await harness.outcome('r');
  expect(state.paid.map(({ amountMinor }) => amountMinor)).toEqual([5000, 4000]);
  const unseen = purse();
  unseen.cutOff = 3;
  await using without = await open(unseen, pay(5000), { text: 'not paid' });
  await without.outcome('r');
  expect(unseen.paid).toEqual([]);
  expect(await told(without)).toContain('BALANCE_UNREACHABLE');
});

test('nothing happens before a person has agreed, and then it happens once, under the call’s own key', async () => {
  const state = purse();
  await using harness = await open(state, pay(6400), { text: 'paid' });
  const asked = await waiting(harness);
  expect(asked).toMatchObject({
    approvalId: 's/r/pay#1',
    tool: 'pay',
    arguments: { amountMinor: 6400 },
    requestedBy: 'cus_1',
    roles: ['billing_agent'],
  });
  expect(state.paid).toEqual([]);
  await harness.approvals.decide({
    approvalId: asked.approvalId,
    by: ana,
    verdict: 'approve',
    reason: 'fine',
  });
  await harness.outcome('r');
  expect(state.paid).toEqual([{ key: 's/r/pay#1', amountMinor: 6400 }]);
  expect(await harness.savedSteps('r')).toEqual([
    'receive-message',
    'model#1',
    'pay#1',
    'decision#1',
    'pay.approved#1',
    'model#2',
  ]);
  expect((await harness.approvals.list('larkspur'))[0]).toMatchObject({
    status: 'consumed',
    decidedBy: 'ana',
  });
});

test('a no is told to the model, nothing is done, and nobody is asked the same again', async () => {
  const state = purse();
  await using harness = await open(state, pay(6400), pay(6400), pay(6400), { text: 'sorry' });
  const { approvalId } = await waiting(harness);
  await harness.approvals.decide({
    approvalId,
    by: ana,
    verdict: 'reject',
    reason: 'carrier claim first',
  });
  await harness.outcome('r');
  expect(state.paid).toEqual([]);
  expect((await told(harness)).filter((each) => each === 'APPROVAL_REJECTED')).toHaveLength(3);
  const rows = await harness.approvals.list('larkspur');
  expect(rows.map((row) => row.status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('an approval is for one call: the next of the same kind asks anew (CD-2)', async () => {
  const state = purse();
  await using harness = await open(state, pay(6400), pay(7000), { text: 'done' });
  const first = await waiting(harness);
  await harness.approvals.decide({
    approvalId: first.approvalId,
    by: ana,
    verdict: 'approve',
    reason: 'ok',
  });
  const again = harness.approvals.decide({
    approvalId: first.approvalId,
    by: ana,
    verdict: 'approve',
    reason: 'ok',
  });
  await expect(again).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
  const second = await waiting(harness, 1);
  expect(state.paid.map((each) => each.amountMinor)).toEqual([6400]);
  await harness.approvals.decide({
    approvalId: second.approvalId,
    by: ana,
    verdict: 'reject',
    reason: 'no',
  });
  await harness.outcome('r');
  expect(state.paid.map((each) => each.amountMinor)).toEqual([6400]);
});

test.for([
  [
    'the one for whom it would be done',
    { ...ana, id: 'cus_1' },
    'DECISION_REFUSED',
    ['cus_1: it would be done for them'],
  ],
  [
    'somebody without the role',
    lee,
    'DECISION_REFUSED',
    [`lee: it takes the role billing_agent, theirs is ${lee.role}`],
  ],
  ['somebody of another tenant', { ...ana, tenant: 'juniper' }, 'APPROVAL_MISSING', []],
] as const)('%s may not decide, and the audit says who tried', async ([, by, code, denials]) => {
  const state = purse();
  await using harness = await open(state, pay(6400), { text: 'paid' });
  const { approvalId } = await waiting(harness);
  const decision = { approvalId, by, verdict: 'approve', reason: 'please' } as const;
  await expect(harness.approvals.decide(decision)).rejects.toMatchObject({ code });
  const tried = (await harness.audit.read('larkspur', 0)).filter(
    ({ action }) => action === 'approval-approve',
  );
  expect(tried.map(({ actor, reason }) => `${actor}: ${reason}`)).toEqual(denials);
  expect(tried.every(({ isAllowed }) => !isAllowed)).toBe(true);
  await harness.cancel('s', 'r');
  await harness.outcome('r');
  expect(state.paid).toEqual([]);
});

test('an amount that the decider changed is what is paid, and the log says both', async () => {
  const state = purse();
  await using harness = await open(state, pay(6450), { text: 'paid' });
  const { approvalId } = await waiting(harness);
  await harness.approvals.decide({
    approvalId,
    by: ana,
    verdict: 'approve',
    reason: 'without shipping',
    editedArguments: { amountMinor: 6000 },
  });
  await harness.outcome('r');
  expect(state.paid.map((each) => each.amountMinor)).toEqual([6000]);
  const facts = (await harness.events('s')).map(({ fact }) => fact);
  expect(facts.filter((fact) => fact.type.startsWith('approval'))).toMatchObject([
    { type: 'approval-requested', input: { amountMinor: 6450 } },
    { type: 'approval-decided', input: { amountMinor: 6000 }, decidedBy: 'ana' },
  ]);
});

test('an approval does not outlive what it was judged by', async () => {
  const state = purse();
  await using harness = await open(state, pay(6400), { text: 'later' });
  const { approvalId } = await waiting(harness);
  state.balance = 1;
  await harness.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'ok' });
  await harness.outcome('r');
  expect(state.paid).toEqual([]);
  expect(await told(harness)).toContain('APPROVAL_STALE');
});

test('what was asked for behind a question of a cancelled run is not done, and has a result all the same', async () => {
  const state = purse();
  const both = { calls: [...(pay(6400).calls ?? []), ...(pay(4000).calls ?? [])] };
  await using harness = await open(state, both, { text: 'never' });
  await waiting(harness);
  await harness.cancel('s', 'r');
  expect(await harness.outcome('r')).toMatchObject({ kind: 'cancelled', done: [] });
  expect(state.paid).toEqual([]);
  const facts = (await harness.events('s')).map(({ fact }) => fact);
  expect(facts.filter(({ type }) => type === 'tool-failed')).toMatchObject([
    { error: { code: 'RUN_CANCELLED' } },
    { error: { code: 'RUN_CANCELLED' } },
  ]);
  expect(facts.at(-1)?.type).toBe('run-cancelled');
});

test('a cancelled run stops waiting, and its end says what had been done', async () => {
  const state = purse();
  await using harness = await open(state, pay(4000), pay(6400), { text: 'never' });
  await waiting(harness);
  await harness.cancel('s', 'r');
  expect(await harness.outcome('r')).toEqual({
    kind: 'cancelled',
    agent: 'billing',
    done: ['pay'],
  });
  expect((await harness.approvals.list('larkspur'))[0]?.status).toBe('cancelled');
  expect(await told(harness)).toContain('run-cancelled');
  expect(state.paid.map((each) => each.amountMinor)).toEqual([4000]);
});
