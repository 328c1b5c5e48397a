import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { Database } from '../storage/open-database.ts';
import { payTool } from '../testing/pay-tool.ts';
import { lastToolResult } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';

// What outlives a harness that is closed, as a deployment closes it, while a run waits for a person.

let database: Database;
beforeAll(async () => {
  database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
});
afterAll(() => database.close());

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };

let paid: string[] = [];
const pay = payTool((key) => paid.push(key), { asks: true });

async function open(version: string): Promise<Harness> {
  return createHarness({
    agents: [
      defineAgent({
        name: 'billing',
        prompt: definePrompt('billing', 'You bill.'),
        tools: [pay],
        handoffs: [],
        turnLimit: 4,
      }),
    ],
    entry: 'billing',
    model: scriptedModel({
      name: 'pay once',
      plays: [
        {
          name: 'pay',
          when: (conversation) => lastToolResult(conversation, 'pay') === undefined,
          answer: () => ({ calls: [{ tool: 'pay', input: {} }] }),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Paid.' }) },
      ],
    }),
    backing: await durableBacking({
      database,
      identity: { application: 'restart', version, executorId: 'one' },
      recoveryPollingMs: 5,
    }),
  });
}

async function park(harness: Harness, sessionId: string): Promise<string> {
  await harness.send({ sessionId, messageId: `${sessionId}/1`, text: 'pay', principal: customer });
  for (let tries = 0; tries < 400; tries += 1) {
    const [asked] = await harness.approvals.list('larkspur', sessionId);
    if (asked !== undefined) return asked.approvalId;
    await pause(10);
  }
  throw new Error('nobody was asked');
}

test('a run that waits for a person goes on in the next life, with the answer given meanwhile, once', async () => {
  paid = [];
  const first = await open('v1');
  const approvalId = await park(first, 'waits');
  await first.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'fine' });
  await first.close();
  await using second = await open('v1');
  expect(await second.outcome('waits/1')).toMatchObject({ kind: 'answered', text: 'Paid.' });
  expect(paid).toEqual([approvalId]);
  expect(await second.pendingRuns()).toEqual([]);
});

test('a run of another version is not taken up, and is reported instead of forgotten', async () => {
  paid = [];
  const old = await open('v1');
  await park(old, 'stranded');
  await old.close();
  const renewed = await open('v2');
  expect(await renewed.strandedRuns()).toEqual([
    { runId: 'stranded/1', version: 'v1', executorId: 'one' },
  ]);
  await renewed.close();
  await using back = await open('v1');
  expect(await back.strandedRuns()).toEqual([]);
  await back.cancel('stranded', 'stranded/1');
  expect(await back.outcome('stranded/1')).toMatchObject({ kind: 'cancelled' });
  expect(paid).toEqual([]);
});

test('a process holds one durable harness at a time', async () => {
  await using first = await open('v1');
  expect(await first.pendingRuns()).toEqual([]);
  await expect(open('v1')).rejects.toMatchObject({ code: 'RUNNER_ALREADY_OPEN' });
});

test('a message that arrives during a run waits for it: one run at a time, none lost, each answered in its turn', async () => {
  paid = [];
  await using harness = await open('v1');
  const approvalId = await park(harness, 'queue');
  for (const turn of [2, 3]) {
    const messageId = `queue/${turn}`;
    await harness.send({ sessionId: 'queue', messageId, text: 'again', principal: customer });
  }
  await pause(100);
  const starts = async (): Promise<readonly string[]> =>
    (await harness.events('queue'))
      .filter(({ fact }) => fact.type === 'run-started')
      .map(({ runId }) => runId);
  expect(await starts()).toEqual(['queue/1']);
  await harness.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'fine' });
  for (const turn of [1, 2, 3]) {
    expect(await harness.outcome(`queue/${turn}`)).toMatchObject({ kind: 'answered' });
  }
  expect(await starts()).toEqual(['queue/1', 'queue/2', 'queue/3']);
  const events = await harness.events('queue');
  const runs = events.map(({ runId }) => runId);
  expect(runs).toEqual(runs.toSorted());
  expect(paid).toEqual([approvalId]);
});
