import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { loadTokenizer } from '../memory/count-tokens.ts';
import { memoryMarker } from '../memory/hydrate.ts';
import type { ContextUse, Fact, SessionEvent } from '../session/event.ts';
import { readRunStates } from '../session/run-state.ts';
import { isSubRun } from '../session/sub-run.ts';
import type { Conversation } from '../testing/conversation.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { payTool } from '../testing/pay-tool.ts';
import { type Play, saidByUser } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool } from '../tools/define-tool.ts';

// A supervised session that outgrows its budget: what each of its models is shown, whatever it is asked for.

const budgetTokens = 1500;
const sessionId = 's';
const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
const prattle = 'The weather was fine, the parcel looked good and my cat liked the box very much. ';
/** Two of them do not fit into the budget. */
const row = 'row '.repeat(700);
const rowsInAll = 3;

const asked = (job: string) => (conversation: Conversation) => conversation.system.includes(job);
const plan = JSON.stringify({ objectives: [{ agent: 'ledger', objective: 'Read three rows.' }] });
/** Shown as the tool's own result, or among the facts that are remembered. */
const isPaid = ({ messages }: Conversation): boolean =>
  messages.some((message) => {
    if (message.role === 'tool') return message.tool === 'pay';
    if (message.role !== 'user' || !message.text.startsWith(memoryMarker)) return false;
    const { facts } = rememberedSchema.parse(JSON.parse(message.text.slice(memoryMarker.length)));
    return facts.some(({ kind, tool }) => kind === 'done' && tool === 'pay');
  });
const rememberedSchema = z.object({
  facts: z.array(z.object({ kind: z.string(), tool: z.string().optional() })),
});

/** The investigator keeps no count of its own: what it has read may have been left out or folded. */
function plays(rowsRead: () => number): readonly Play[] {
  return [
    {
      name: 'summarise',
      when: asked('You keep the running summary'),
      answer: () => ({ text: 'They talked.' }),
    },
    {
      name: 'a plan that is none, at length, for whoever wants one',
      when: (each) =>
        asked('Write the plan')(each) &&
        saidByUser(each, /at length/) &&
        !saidByUser(each, /Write it anew/),
      answer: () => ({ text: prattle.repeat(20) }),
    },
    {
      name: 'a plan that is none, and longer than there is room for',
      when: (each) => asked('Write the plan')(each) && saidByUser(each, /in full/),
      answer: () => ({ text: prattle.repeat(75) }),
    },
    { name: 'plan', when: asked('Write the plan'), answer: () => ({ text: plan }) },
    {
      name: 'put together',
      when: asked('Put the findings together'),
      answer: () => ({
        text: JSON.stringify({ summary: prattle, cites: ['finding-1'], setsAside: [] }),
      }),
    },
    {
      name: 'read all rows',
      when: (each) => asked('You are ledger')(each) && rowsRead() % rowsInAll !== 0,
      answer: () => ({ calls: [{ tool: 'lookUp', input: {} }] }),
    },
    {
      name: 'begin to read',
      when: (each) =>
        asked('You are ledger')(each) && each.messages.every(({ role }) => role === 'user'),
      answer: () => ({ calls: [{ tool: 'lookUp', input: {} }] }),
    },
    {
      name: 'report',
      when: asked('You are ledger'),
      answer: () => ({
        text: JSON.stringify({ summary: prattle, claims: [] }),
      }),
    },
    {
      name: 'pay once',
      when: (each) => JSON.stringify(each.messages).includes('Please pay me') && !isPaid(each),
      answer: () => ({ calls: [{ tool: 'pay', input: {} }] }),
    },
    { name: 'small talk', when: () => true, answer: () => ({ text: prattle.repeat(2) }) },
  ];
}

const agentNamed = (name: string, rest: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    prompt: definePrompt(name, `You are ${name}.`),
    tools: [],
    handoffs: [],
    turnLimit: 6,
    ...rest,
  });

interface Played {
  readonly events: readonly SessionEvent[];
  /** All that models were shown, in order. */
  readonly shown: readonly Conversation[];
  readonly paid: readonly string[];
}

async function play(messages: readonly string[]): Promise<Played> {
  const shown: Conversation[] = [];
  const paid: string[] = [];
  let rows = 0;
  const tool = defineTool({
    name: 'lookUp',
    version: '1',
    owner: 'tests',
    description: 'Reads a row.',
    effect: 'read',
    agents: ['ledger'],
    input: z.object({}),
    output: z.string(),
    execute: async () => {
      rows += 1;
      return `${rows} ${row}`;
    },
  });
  await using harness: Harness = await createHarness({
    agents: [
      agentNamed('billing', {
        tools: [payTool((key) => paid.push(key), { asks: false })],
        supervises: {
          investigators: ['ledger'],
          objectiveLimit: 2,
          concurrency: 2,
          fallback: 'alone',
        },
      }),
      agentNamed('alone'),
      agentNamed('ledger', { tools: [tool] }),
    ],
    entry: 'billing',
    model: scriptedModel({
      name: 'supervised at length',
      plays: plays(() => rows).map((each) => ({
        ...each,
        answer: (conversation) => {
          shown.push(conversation);
          return each.answer(conversation);
        },
      })),
    }),
    backing: memoryBacking(),
    memory: { budgetTokens },
  });
  for (const [index, text] of messages.entries()) {
    const messageId = `s/${index + 1}`;
    await harness.send({ sessionId, messageId, text, principal });
    expect(await harness.outcome(messageId)).toMatchObject({ kind: 'answered' });
  }
  return { events: await harness.events(sessionId), shown, paid };
}

const contextsIn = (events: readonly SessionEvent[]): readonly ContextUse[] =>
  events.flatMap(({ fact }) => ('context' in fact && fact.context ? [fact.context] : []));
const compactionsIn = (events: readonly SessionEvent[]): readonly Fact[] =>
  events.flatMap(({ fact }) => (fact.type === 'memory-compacted' ? [fact] : []));

test('every request of a supervised run is within the budget, of whichever model it asks what', async () => {
  const { events, shown, paid } = await play([
    'Please pay me.',
    ...Array.from({ length: 12 }, (_, index) => `${index + 2}. ${prattle.repeat(3)}`),
    'And now at length.',
    'So, did you pay me?',
  ]);
  const contexts = contextsIn(events);
  const summaries = shown.filter(asked('You keep the running summary'));
  // Plans, syntheses, investigators' turns and the supervisor's own are all counted.
  expect(contexts).toHaveLength(shown.length - summaries.length);
  expect(Math.max(...contexts.map(({ tokens }) => tokens))).toBeLessThanOrEqual(budgetTokens);
  // Counted again from outside, without what the harness adds for framing.
  const count = await loadTokenizer();
  for (const { system, messages } of shown) {
    const texts = messages.map((message) =>
      message.role === 'tool' ? JSON.stringify(message.output) : JSON.stringify(message),
    );
    expect(count(system) + texts.reduce((sum, text) => sum + count(text), 0)).toBeLessThan(
      budgetTokens * 1.1,
    );
  }
  expect(compactionsIn(events.filter(({ runId }) => !isSubRun(runId))).length).toBeGreaterThan(2);
  expect(compactionsIn(events.filter(({ runId }) => isSubRun(runId))).length).toBeGreaterThan(2);
  // Nothing done is forgotten, by whoever plans either, nor done again.
  for (const job of ['Write the plan', 'Put the findings together']) {
    const last = shown.findLast(asked(job));
    expect(last?.messages[0]).toMatchObject({ text: expect.stringContaining(memoryMarker) });
    expect(last !== undefined && isPaid(last)).toBe(true);
  }
  expect(paid).toHaveLength(1);
  expect(readRunStates(events).illegal).toEqual([]);
});

test('an answer that cannot be used and leaves no room to say so is not asked for anew', async () => {
  const { events, shown } = await play([`Tell me in full. ${prattle.repeat(12)}`]);
  expect(shown.filter(asked('Write the plan'))).toHaveLength(1);
  const types = events.map(({ fact }) => fact.type);
  expect(types).toContain('plan-abandoned');
  expect(types.at(-1)).toBe('run-completed');
});
