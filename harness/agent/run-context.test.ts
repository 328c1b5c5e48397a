import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import { memoryMarker } from '../memory/hydrate.ts';
import type { Fact } from '../session/event.ts';
import type { Conversation } from '../testing/conversation.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { type Play, saidByUser } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// A session that outgrows its budget, from outside: what the model is shown, what the log says, what is done.

const budgetTokens = 1500;
const sessionId = 's';
const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
const prattle = 'The weather was fine, the parcel looked good and my cat liked the box very much. ';

const isSummariser = ({ system }: Conversation): boolean =>
  system.startsWith('You keep the running summary');

/** What the conversation says was paid: by the tool itself or by what is remembered. */
function paidIn({ messages }: Conversation): string[] {
  return messages.flatMap((message) => {
    if (message.role === 'tool' && message.tool === 'pay') return [JSON.stringify(message.output)];
    if (message.role !== 'user' || !message.text.startsWith(memoryMarker)) return [];
    const { facts } = rememberedSchema.parse(JSON.parse(message.text.slice(memoryMarker.length)));
    return facts.filter(({ tool }) => tool === 'pay').map(({ output }) => JSON.stringify(output));
  });
}

const rememberedSchema = z.object({
  facts: z.array(z.object({ tool: z.string().optional(), output: z.unknown() })),
  summary: z.string(),
});

const plays: readonly Play[] = [
  {
    name: 'summarise',
    when: isSummariser,
    answer: ({ messages }) => ({ text: `They talked (${JSON.stringify(messages).length}).` }),
  },
  {
    name: 'pay once',
    when: (conversation) => saidByUser(conversation, /pay me/) && paidIn(conversation).length === 0,
    answer: () => ({ calls: [{ tool: 'pay', input: { amountMinor: 4900 } }] }),
  },
  {
    name: 'say what was paid',
    when: (conversation) => saidByUser(conversation, /did you pay|pay me/),
    answer: (conversation) => ({ text: `Paid: ${paidIn(conversation).join(' and ')}.` }),
  },
  {
    name: 'look',
    when: (conversation) =>
      saidByUser(conversation, /\blook\b/i) && conversation.messages.at(-1)?.role === 'user',
    answer: () => ({ calls: [{ tool: 'look', input: {} }] }),
  },
  { name: 'small talk', when: () => true, answer: () => ({ text: prattle.repeat(2) }) },
];

interface Opened extends AsyncDisposable {
  readonly say: (text: string) => Promise<Awaited<ReturnType<Harness['outcome']>>>;
  readonly facts: () => Promise<readonly Fact[]>;
  readonly harness: Harness;
  readonly paid: string[];
}

async function open(script = plays, lookSize = 0): Promise<Opened> {
  const paid: string[] = [];
  const tools = [
    defineTool({
      name: 'pay',
      version: '1',
      owner: 'tests',
      description: 'Pays.',
      effect: 'keyed',
      agents: ['desk'],
      input: z.object({ amountMinor: z.number() }),
      output: z.object({ id: z.string(), amountMinor: z.number() }),
      execute: async ({ amountMinor }, { idempotencyKey }) => {
        paid.push(idempotencyKey);
        return { id: 're_1', amountMinor };
      },
    }),
    defineTool({
      name: 'look',
      version: '1',
      owner: 'tests',
      description: 'Looks.',
      effect: 'read',
      agents: ['desk'],
      input: z.object({}),
      output: z.string(),
      execute: async () => 'row '.repeat(lookSize),
    }),
  ];
  const desk = defineAgent({
    name: 'desk',
    prompt: definePrompt('desk', 'You help.'),
    tools,
    handoffs: [],
    turnLimit: 4,
  });
  const harness = await createHarness({
    agents: [desk],
    entry: 'desk',
    model: scriptedModel({ name: 'long session', plays: script }),
    backing: memoryBacking(),
    memory: { budgetTokens },
  });
  let messages = 0;
  return {
    harness,
    paid,
    say: async (text) => {
      messages += 1;
      const messageId = `s/${messages}`;
      return harness.outcome(await harness.send({ sessionId, messageId, text, principal }));
    },
    facts: async () => (await harness.events(sessionId)).map(({ fact }) => fact),
    [Symbol.asyncDispose]: harness.close,
  };
}

type FactOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>;
const only = <Type extends Fact['type']>(facts: readonly Fact[], type: Type): FactOf<Type>[] =>
  facts.filter((fact): fact is FactOf<Type> => fact.type === type);

test('over a hundred messages every request stays within the budget and nothing done is forgotten or done again', async () => {
  await using session = await open();
  for (let index = 1; index <= 100; index += 1) {
    const text = index === 3 || index === 80 ? 'Please pay me.' : `${index}. ${prattle}`;
    expect(await session.say(text)).toMatchObject({ kind: 'answered' });
  }
  expect(await session.say('So, did you pay?')).toMatchObject({
    text: 'Paid: {"amountMinor":4900,"id":"re_1"}.',
  });
  expect(session.paid).toEqual(['s/s/3/pay#1']);
  const facts = await session.facts();
  const contexts = only(facts, 'model-turn-completed').map(({ context }) => context?.tokens ?? 0);
  expect(contexts).toHaveLength(102);
  expect(Math.max(...contexts)).toBeLessThanOrEqual(budgetTokens);
  expect(Math.min(...contexts)).toBeGreaterThan(0);
  const compactions = only(facts, 'memory-compacted');
  expect(compactions.length).toBeGreaterThan(2);
  expect(compactions.map(({ version }) => version)).toEqual(
    compactions.map((_, index) => index + 1),
  );
  // Each stretch begins where the one before it has ended.
  const folded = compactions.flatMap((each) => each.folded ?? []);
  expect(folded.map(({ fromSeq }) => fromSeq)).toEqual([
    1,
    ...folded.slice(0, -1).map(({ toSeq }) => toSeq + 1),
  ]);
});

test('the next run is shown what this one was shown: all of the request before is at the start of the next', async () => {
  await using session = await open();
  for (let index = 1; index <= 60; index += 1) await session.say(`${index}. ${prattle}`);
  const facts = (await session.facts()).filter(
    ({ type }) => type === 'model-turn-completed' || type === 'memory-compacted',
  );
  const lost: number[] = [];
  for (const [index, fact] of facts.entries()) {
    const before = facts.slice(0, index).findLast(({ type }) => type === 'model-turn-completed');
    if (fact.type === 'memory-compacted') lost.push(fact.prefixLost);
    if (fact.type !== 'model-turn-completed' || before?.type !== 'model-turn-completed') continue;
    const cost = facts[index - 1]?.type === 'memory-compacted' ? (lost.at(-1) ?? 0) : 0;
    expect(fact.context?.sharedTokens).toBe((before.context?.tokens ?? 0) - cost);
  }
  expect(lost.length).toBeGreaterThan(2);
  expect(Math.min(...lost)).toBeGreaterThan(300);
});

test('a session that was cleared remembers nothing of what was folded before', async () => {
  await using session = await open();
  await session.say('Please pay me.');
  for (let index = 1; index <= 20; index += 1) await session.say(`${index}. ${prattle}`);
  expect(only(await session.facts(), 'memory-compacted').length).toBeGreaterThan(0);
  await session.harness.clear({ sessionId, by: principal });
  expect(await session.say('So, did you pay?')).toMatchObject({ text: 'Paid: .' });
});

test('a result that alone has more than the budget is left out, and its call stands', async () => {
  await using session = await open(plays, 50_000);
  expect(await session.say('Please look.')).toMatchObject({ kind: 'answered' });
  const facts = await session.facts();
  const [call] = only(facts, 'tool-completed').map(({ callId }) => callId);
  expect(only(facts, 'memory-compacted')).toMatchObject([{ version: 1, pruned: [call] }]);
  expect(only(facts, 'memory-compacted')[0]).not.toHaveProperty('folded');
  expect(await session.harness.savedSteps('s/1')).toEqual([
    'receive-message',
    'model#1',
    'look#1',
    'compact#1',
    'model#2',
  ]);
});

test('without a summariser results are left out, and where that is not enough the run says so and the next one tries again', async () => {
  const unable: Play = { name: 'cannot', when: isSummariser, answer: () => ({ text: ' ' }) };
  await using session = await open([unable, ...plays], 120);
  for (let index = 1; index <= 4; index += 1) {
    expect(await session.say('Please look.')).toMatchObject({ kind: 'answered' });
  }
  const outcomes = [];
  for (let index = 1; index <= 14; index += 1) outcomes.push(await session.say(`Look: ${prattle}`));
  expect(outcomes.at(-1)).toMatchObject({
    kind: 'failed',
    error: { code: 'MEMORY_NOT_SUMMARISED' },
  });
  const facts = await session.facts();
  expect(only(facts, 'memory-compacted').map(({ degraded }) => degraded)).toContain(
    'MEMORY_NOT_SUMMARISED',
  );
  const contexts = only(facts, 'model-turn-completed').map(({ context }) => context?.tokens ?? 0);
  expect(Math.max(...contexts)).toBeLessThanOrEqual(budgetTokens);
});

test('a message that alone has more than the budget fails its run, and the next is answered', async () => {
  await using session = await open();
  expect(await session.say(prattle.repeat(200))).toMatchObject({
    kind: 'failed',
    error: { code: 'CONTEXT_OVER_BUDGET' },
  });
  expect(await session.say('Please pay me.')).toMatchObject({ kind: 'answered' });
});
