import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { Database } from '../storage/open-database.ts';
import { payTool } from '../testing/pay-tool.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool } from '../tools/define-tool.ts';

// A run that was answered from before, waits for a person, and goes on in the next life.

let database: Database;
beforeAll(async () => {
  database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
}, 60_000);
afterAll(() => database.close());

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };
/** What happened in the world, in order. */
const world: string[] = [];
const calls = ['balance', 'balance', 'pay', 'balance', 'balance'];

async function open(): Promise<Harness> {
  const balance = defineTool({
    name: 'balance',
    version: '1',
    owner: 'tests',
    description: 'Says what is left.',
    input: z.object({}),
    output: z.object({ left: z.number() }),
    effect: 'read',
    agents: ['billing'],
    cache: { lifeMs: 3_600_000 },
    execute: async () => {
      world.push('balance');
      return { left: 10 - world.filter((each) => each === 'pay').length };
    },
  });
  return createHarness({
    agents: [
      defineAgent({
        name: 'billing',
        prompt: definePrompt('billing', 'You bill.'),
        tools: [balance, payTool(() => world.push('pay'), { asks: true })],
        handoffs: [],
        turnLimit: 9,
      }),
    ],
    entry: 'billing',
    model: scriptedModel({
      name: 'in turn',
      plays: [
        {
          name: 'next',
          when: () => true,
          answer: ({ messages }) => {
            const tool = calls[messages.filter(({ role }) => role === 'tool').length];
            return tool === undefined ? { text: 'Done.' } : { calls: [{ tool, input: {} }] };
          },
        },
      ],
    }),
    backing: await durableBacking({
      database,
      identity: { application: 'cached', version: 'v1', executorId: 'one' },
      recoveryPollingMs: 5,
    }),
  });
}

test('a recovered run has the results that its first life had, and a read behind an effect sees the effect', async () => {
  const first = await open();
  await first.send({ sessionId: 's', messageId: 'r', text: 'go', principal: customer });
  const asked = async () => (await first.approvals.list('larkspur', 's'))[0];
  await expect.poll(asked, { timeout: 20_000 }).toBeDefined();
  expect(world).toEqual(['balance']);
  const { approvalId = '' } = (await asked()) ?? {};
  await first.close();
  await using second = await open();
  await second.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'fine' });
  expect(await second.outcome('r')).toMatchObject({ kind: 'answered' });
  expect(world).toEqual(['balance', 'pay', 'balance']);
  const completed = (await second.events('s')).flatMap(({ step, fact }) =>
    fact.type === 'tool-completed' ? [[step, fact.output, fact.cached ?? false]] : [],
  );
  expect(completed).toEqual([
    ['balance#1', { left: 10 }, false],
    ['balance#2', { left: 10 }, true],
    ['pay.approved#1', { paid: true }, false],
    ['balance#3', { left: 9 }, false],
    ['balance#4', { left: 9 }, true],
  ]);
});
