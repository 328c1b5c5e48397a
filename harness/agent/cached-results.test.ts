import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// A shop in which every order takes from the stock, and whose clerk looks at it again and again.

const amara = { id: 'cus_amara', role: 'customer', tenant: 'maple' };
const lifeMs = 60_000;

interface Shop {
  readonly harness: Harness;
  /** What the shop was asked, in order. */
  readonly asked: readonly string[];
  /** The log's lines of calls that were answered from before. */
  readonly cachedLines: readonly unknown[];
  /** A run with these calls, a turn each, and what came of each. A call is a tool and what it is about. */
  readonly run: (id: string, ...calls: readonly string[]) => Promise<readonly string[]>;
}

async function openShop(): Promise<Shop> {
  const asked: string[] = [];
  const cachedLines: unknown[] = [];
  const script: string[] = [];
  const host = simulatedHost({
    startsAt: 0,
    seed: 1,
    log: {
      info: (event, fields) => {
        if (fields?.['cached'] !== undefined) cachedLines.push([event, fields['tool']]);
      },
      warn: () => undefined,
    },
  });
  const tool = (name: string, act: (item: string) => unknown = () => undefined) => ({
    name,
    version: '1',
    owner: 'tests',
    description: 'Of a shop.',
    input: z.object({ item: z.string() }),
    output: z.object({ left: z.number() }),
    agents: ['clerk'],
    execute: async ({ item }: { readonly item: string }) => {
      asked.push(`${name} ${item}`);
      await act(item);
      return { left: 10 - asked.filter((each) => /^(order|lose)/.test(each)).length };
    },
  });
  const look = defineTool({
    ...tool('look'),
    effect: 'read',
    cache: { lifeMs },
    limits: [{ per: 'principal', unit: 'calls', max: 2, windowMs: 10 * lifeMs }],
  });
  const others: readonly Tool[] = [
    defineTool({ ...tool('lookAnew'), effect: 'read' }),
    defineTool({ ...tool('order'), effect: 'keyed' }),
    defineTool({
      ...tool('lose', () => {
        throw new ToolRefusal('LOST', 'It may have been taken.');
      }),
      effect: 'keyed',
    }),
    defineTool({
      ...tool('wait', () => host.clock.sleep(lifeMs)),
      effect: 'compute',
      timeoutMs: 2 * lifeMs,
    }),
    defineTool({
      ...tool('renew', () => {
        harness.tools.remove('look');
        harness.tools.register({ ...look, version: '2' });
      }),
      effect: 'compute',
    }),
  ];
  const harness: Harness = await createHarness({
    agents: [
      defineAgent({
        name: 'clerk',
        prompt: definePrompt('clerk', 'You sell.'),
        tools: [look, ...others],
        handoffs: [],
        turnLimit: 9,
      }),
    ],
    entry: 'clerk',
    model: scriptedModel({
      name: 'as asked',
      plays: [
        {
          name: 'next',
          when: () => true,
          answer: () => {
            const [called, item] = script.shift()?.split(' ') ?? [];
            return called === undefined
              ? { text: 'Done.' }
              : { calls: [{ tool: called, input: { item } }] };
          },
        },
      ],
    }),
    backing: memoryBacking(host),
    host,
  });
  const run: Shop['run'] = async (id, ...calls) => {
    const [sessionId = '', speaker = amara.id] = id.split('/');
    script.splice(0, script.length, ...calls);
    const principal = { ...amara, id: speaker };
    await harness.send({ sessionId, messageId: id, text: 'go', principal });
    expect(await harness.outcome(id)).toMatchObject({ kind: 'answered' });
    const facts = (await harness.events(sessionId)).filter(({ runId }) => runId === id);
    return facts.flatMap(({ fact }) => {
      if (fact.type === 'tool-failed') return [fact.error.code];
      if (fact.type !== 'tool-completed') return [];
      return [`${JSON.stringify(fact.output)}${fact.cached === true ? ' cached' : ''}`];
    });
  };
  return { harness, asked, cachedLines, run };
}

test('a read that says so is answered again within its run: the world is not asked, no limit is used, and log, events and audit say it', async () => {
  const { harness, asked, cachedLines, run } = await openShop();
  const calls = ['look lamp', 'look lamp', 'look vase', 'look lamp'];
  expect(await run('s', ...calls)).toEqual([
    '{"left":10}',
    '{"left":10} cached',
    '{"left":10}',
    '{"left":10} cached',
  ]);
  // Two calls in so long a time, says the tool: what it was not asked for is not counted.
  expect(asked).toEqual(['look lamp', 'look vase']);
  expect(cachedLines).toEqual([
    ['tool-completed', 'look'],
    ['tool-completed', 'look'],
  ]);
  const rows = await harness.audit.read('maple', 0);
  expect(rows.map(({ detail }) => detail)).toMatchObject([
    expect.not.objectContaining({ cached: true }),
    { cached: true },
    expect.not.objectContaining({ cached: true }),
    { cached: true },
  ]);
});

test.for([
  ['an effect of the run', ['look lamp', 'order vase', 'look lamp'], '{"left":9}'],
  ['an effect that failed', ['look lamp', 'lose vase', 'look lamp'], '{"left":9}'],
  ['its life', ['look lamp', 'wait lamp', 'look lamp'], '{"left":10}'],
  ['another version', ['look lamp', 'renew lamp', 'look lamp'], '{"left":10}'],
  ['a tool that does not say so', ['lookAnew lamp', 'lookAnew lamp'], '{"left":10}'],
] as const)('behind %s a read is asked anew', async ([, calls, last]) => {
  const { asked, run } = await openShop();
  const results = await run('s', ...calls);
  expect(asked).toEqual(calls);
  expect(results.at(-1)).toBe(last);
});

test('what one run was answered no other is, of the same session or of another principal', async () => {
  const { asked, run } = await openShop();
  const calls = ['look lamp', 'look lamp'];
  for (const id of ['s', 's/cus_amara', 'other/cus_bo']) await run(id, ...calls);
  expect(asked).toEqual(['look lamp', 'look lamp', 'look lamp']);
});
