import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Backing,
  createHarness,
  type Harness,
  type HarnessOptions,
} from '../create-harness.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import type { PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import type { ToolLimit } from '../tools/tool-limit.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// What a run, a principal or a tenant may use, and what is said to who wants more.

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const dayMs = 86_400_000;

interface Desk {
  readonly tool: Tool;
  /** What was paid. */
  readonly paid: number[];
}

function desk(effect: 'keyed' | 'transactional', limits: readonly ToolLimit[] = []): Desk {
  const paid: number[] = [];
  const parts = {
    name: 'pay',
    version: '1',
    owner: 'tests',
    description: 'Pays.',
    input: z.object({ minor: z.int() }),
    output: z.object({ minor: z.number() }),
    agents: ['helper'],
    limits,
    amounts: ({ minor }: { minor: number }) => ({ 'minor USD': minor }),
    execute: async ({ minor }: { minor: number }) => {
      paid.push(minor);
      return { minor };
    },
  };
  const tool =
    effect === 'keyed' ? defineTool({ ...parts, effect }) : defineTool({ ...parts, effect });
  return { tool, paid };
}

const pay = (...amounts: readonly number[]): PlaybookAnswer => ({
  calls: amounts.map((minor) => ({ tool: 'pay', input: { minor } })),
});

interface Opening extends Pick<HarnessOptions, 'limits' | 'budget'> {
  readonly backing?: Backing;
}

/** A model that pays these amounts in each run, then says so. */
function open({ tool }: Desk, amounts: readonly number[], options: Opening = {}): Promise<Harness> {
  return createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [tool],
        handoffs: [],
        turnLimit: 5,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({
      name: 'pay, then answer',
      plays: [
        {
          name: 'pay',
          when: ({ messages }) => messages.at(-1)?.role === 'user',
          answer: () => pay(...amounts),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Done.' }) },
      ],
    }),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
    ...options,
    backing: options.backing ?? memoryBacking(),
  });
}

/** The failures that a run told, and how it ended. */
async function play(harness: Harness, runId: string, principal = customer): Promise<string[]> {
  await harness.send({ sessionId: runId, messageId: runId, text: 'pay', principal });
  const outcome = await harness.outcome(runId);
  const failures = (await harness.events(runId)).flatMap(({ fact }) =>
    fact.type === 'tool-failed' || fact.type === 'run-failed'
      ? [`${fact.error.code}: ${fact.error.message}`]
      : [],
  );
  return [...failures, outcome.kind];
}

test.for(['keyed', 'transactional'] as const)(
  'a %s tool says how much may be paid a day for one customer, and every run counts',
  async (effect) => {
    const paying = desk(effect, [
      { per: 'principal', unit: 'minor USD', max: 10_000, windowMs: dayMs },
    ]);
    await using harness = await open(paying, [4000, 4000, 4000, 2000]);
    const refusal =
      "LIMIT_EXCEEDED: Refused by pay's minor USD per principal in 86400 s (8000 of 10000 minor USD used). Try again in 86400 s.";
    expect(await play(harness, 'a')).toEqual([refusal, 'answered']);
    expect(paying.paid).toEqual([4000, 4000, 2000]);
    expect((await play(harness, 'b')).filter((each) => each.startsWith('LIMIT'))).toHaveLength(4);
    expect(paying.paid).toEqual([4000, 4000, 2000]);
    await play(harness, 'c', { ...customer, id: 'cus_2' });
    expect(paying.paid).toEqual([4000, 4000, 2000, 4000, 4000, 2000]);
  },
);

test('a tool’s limit for one run begins anew with the next, and the directory shows it', async () => {
  const limit: ToolLimit = { per: 'run', unit: 'calls', max: 2 };
  const paying = desk('keyed', [limit]);
  await using harness = await open(paying, [1, 2, 3]);
  const refusal =
    'BUDGET_EXCEEDED: This run has used 2 of 2 calls of pay. Do without, and say what was left undone.';
  expect(await play(harness, 'a')).toEqual([refusal, 'answered']);
  expect(await play(harness, 'b')).toEqual([refusal, 'answered']);
  expect(paying.paid).toEqual([1, 2, 1, 2]);
  expect(harness.tools.find('pay')).toMatchObject({ limits: [limit] });
});

test('a run that has made all its calls makes no more, and what it is refused is a denial in the audit', async () => {
  const paying = desk('keyed');
  await using harness = await open(paying, [1, 2, 3], { budget: { toolCalls: 1 } });
  expect(await play(harness, 'a')).toEqual([
    expect.stringMatching(/^BUDGET_EXCEEDED: This run has used 1 of 1 tool calls/),
    expect.stringMatching(/^BUDGET_EXCEEDED/),
    'answered',
  ]);
  expect(paying.paid).toEqual([1]);
  const rows = await harness.audit.read('larkspur', 0);
  expect(rows.map(({ isAllowed }) => isAllowed)).toEqual([true, false, false]);
});

test.for([
  ['tokens', { tokens: 1 }, /^BUDGET_EXCEEDED: This run has used \d+ of 1 tokens/],
  [
    'money',
    { cost: { max: 5, of: () => 7 } },
    /^BUDGET_EXCEEDED: This run has used 7 of 5 in cost/,
  ],
] as const)('a run that has used all its %s takes no further turn', async ([, budget, said]) => {
  const paying = desk('keyed');
  await using harness = await open(paying, [1], { budget });
  expect(await play(harness, 'a')).toEqual([expect.stringMatching(said), 'failed']);
  expect(await harness.savedSteps('a')).toEqual(['receive-message', 'model#1', 'pay#1']);
});

const quota = { id: 'tokens a day', per: ['tenant'], unit: 'tokens', windowMs: dayMs } as const;

test('a tenant that has used its tokens is refused with when to come back, and another is not', async () => {
  await using harness = await open(desk('keyed'), [1], { limits: [{ ...quota, max: 1 }] });
  expect(await play(harness, 'a')).toEqual([
    expect.stringMatching(
      /^QUOTA_EXCEEDED: Refused by tokens a day \(\d+ of 1 tokens used\)\. Try again in 86400 s\.$/,
    ),
    'failed',
  ]);
  expect(await harness.savedSteps('a')).toEqual(['receive-message', 'model#1', 'pay#1', 'model#2']);
  expect(await play(harness, 'b')).toEqual([expect.stringMatching(/^QUOTA_EXCEEDED/), 'failed']);
  const other = await play(harness, 'c', { ...customer, tenant: 'juniper' });
  expect(other).toHaveLength(2);
  expect(await harness.savedSteps('c')).toHaveLength(4);
});

/** What is told of a run whose step `lose` runs, loses its result and runs again. */
const used = async (lose: string): Promise<string> => {
  const backing = memoryBacking();
  await using harness = await open(desk('keyed'), [1], {
    limits: [{ ...quota, max: 1 }],
    backing: {
      ...backing,
      openRunner: (body, observer, host) =>
        backing.openRunner(
          (request, steps) =>
            body(request, {
              ...steps,
              // The step's body runs, its result is lost, and it runs again.
              run: async (name, step) => {
                if (name === lose) await step();
                return steps.run(name, step);
              },
            }),
          observer,
          host,
        ),
    },
  });
  return (await play(harness, 'a')).join();
};

test('a turn that is taken again after a crash is counted once, and is not refused by what it counted itself', async () => {
  const whole = await used('nothing');
  expect(whole).toMatch(/\d+ of 1 tokens used/);
  expect(await used('model#1')).toBe(whole);
});
