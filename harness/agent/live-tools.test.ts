import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import type { Log } from '../host/host.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import type { PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// Tools that come and go while sessions go on.

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

const named = (name: string, over: Partial<Pick<Tool, 'version' | 'agents' | 'deprecated'>> = {}) =>
  defineTool({
    name,
    version: '1',
    owner: 'tests',
    description: `Does ${name}.`,
    input: z.object({}),
    output: z.object({ by: z.string() }),
    effect: 'read',
    agents: ['helper'],
    execute: async () => ({ by: name }),
    ...over,
  });

interface Opened extends AsyncDisposable {
  readonly harness: Harness;
  /** The names that each request to the model showed. */
  readonly offered: (readonly string[])[];
  readonly warned: string[];
}

const answerOf = (tools: readonly string[]): PlaybookAnswer =>
  tools.length === 0 ? { text: 'Done.' } : { calls: tools.map((tool) => ({ tool, input: {} })) };

/** `change` is what the tool `change` does to the directory. */
async function open(
  answers: readonly (readonly string[])[],
  change: (harness: Harness) => void = () => undefined,
): Promise<Opened> {
  const offered: (readonly string[])[] = [];
  const warned: string[] = [];
  const log: Log = { info: () => undefined, warn: (event) => warned.push(event) };
  const changing = defineTool({
    ...named('change'),
    effect: 'read',
    execute: async () => {
      change(harness);
      return { by: 'change' };
    },
  });
  const harness: Harness = await createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [changing, named('old'), named('retired', { deprecated: 'use old' })],
        handoffs: ['other'],
        turnLimit: 9,
      }),
      defineAgent({
        name: 'other',
        prompt: definePrompt('other', 'You help too.'),
        tools: [],
        handoffs: [],
        turnLimit: 9,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({
      name: 'in turn',
      plays: answers.map((tools, index) => ({
        name: `turn ${index + 1}`,
        when: ({ messages }) =>
          messages.filter((message) => message.role === 'assistant').length === index,
        answer: (conversation) => {
          offered.push(conversation.tools.filter((tool) => tool !== 'handoff'));
          return answerOf(tools);
        },
      })),
    }),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1, log }),
  });
  return { harness, offered, warned, [Symbol.asyncDispose]: harness.close };
}

async function send({ harness }: Opened, runId: string): Promise<readonly string[]> {
  await harness.send({ sessionId: 's', messageId: runId, text: 'go', principal });
  await harness.outcome(runId);
  return (await harness.events('s')).flatMap(({ step, fact }) => {
    if (fact.type === 'tool-failed') return [`${step} ${fact.tool} ${fact.error.code}`];
    if (fact.type === 'tool-completed') return [`${step} completed`];
    if (fact.type !== 'tools-changed') return [];
    const { added, removed, agent } = fact;
    return [`${step} ${agent} +${added.join()} -${removed.join()}`];
  });
}

test('a tool registered within a run is offered at the next turn, works, and the turn that first sees it says so', async () => {
  await using opened = await open([['change'], ['fresh'], []], ({ tools }) => {
    tools.register(named('fresh', { version: '7' }));
  });
  expect(await send(opened, 'a')).toEqual([
    'change#1 completed',
    'model#2 helper +fresh -',
    'fresh#1 completed',
  ]);
  expect(opened.offered).toEqual([
    ['change', 'old', 'retired'],
    ['change', 'old', 'retired', 'fresh'],
    ['change', 'old', 'retired', 'fresh'],
  ]);
  const { harness } = opened;
  expect((await harness.events('s')).map(({ fact }) => fact)).toContainEqual({
    type: 'tools-changed',
    agent: 'helper',
    added: ['fresh'],
    removed: [],
    versions: { change: '1', old: '1', retired: '1', fresh: '7' },
  });
  expect(await harness.savedSteps('a')).toEqual([
    'receive-message',
    'model#1',
    'change#1',
    'model#2',
    'fresh#1',
    'model#3',
  ]);
});

test('a tool removed between the model’s word and its call is a typed failure, and is offered no more', async () => {
  await using opened = await open([['change', 'old'], []], ({ tools }) => {
    tools.remove('old');
  });
  expect(await send(opened, 'a')).toEqual([
    'change#1 completed',
    'old#1 old TOOL_REMOVED',
    'model#2 helper + -old',
  ]);
  expect(opened.offered.at(-1)).toEqual(['change', 'retired']);
  expect(await opened.harness.audit.read('larkspur', 0)).toMatchObject([
    { subject: 'change', isAllowed: true, reason: 'completed' },
    { subject: 'old', isAllowed: false, reason: 'TOOL_REMOVED' },
  ]);
});

test('a change between two runs is told by the second, once, and what the first told stays to the letter', async () => {
  await using opened = await open([['old'], [], ['old'], []]);
  const { harness } = opened;
  await send(opened, 'a');
  const before = await harness.events('s');
  harness.tools.remove('old');
  harness.tools.register(named('old', { version: '2' }));
  expect(await send(opened, 'b')).toEqual([
    'old#1 completed',
    'model#1 helper +old -old',
    'old#1 completed',
  ]);
  expect((await harness.events('s')).slice(0, before.length)).toEqual(before);
});

test('an agent is offered only what is for it, and a tool for nobody or of a reserved name is refused', async () => {
  await using opened = await open([[]]);
  const { tools } = opened.harness;
  tools.register(named('theirs', { agents: ['other'] }));
  expect(await send(opened, 'a')).toEqual([]);
  expect(opened.offered).toEqual([['change', 'old', 'retired']]);
  for (const [name, agents] of [
    ['lost', ['nobody']],
    ['model', ['helper']],
  ] as const) {
    expect(() => tools.register(named(name, { agents }))).toThrow(
      expect.objectContaining({ code: 'TEAM_INVALID' }),
    );
    expect(tools.find(name)).toBeUndefined();
  }
});

test('a deprecated tool works, the log warns and the directory says what to use', async () => {
  await using opened = await open([['retired', 'old'], []]);
  expect(await send(opened, 'a')).toEqual(['retired#1 completed', 'old#1 completed']);
  expect(opened.warned).toEqual(['tool-deprecated']);
  expect(opened.harness.tools.find('retired')).toMatchObject({ deprecated: 'use old' });
});
