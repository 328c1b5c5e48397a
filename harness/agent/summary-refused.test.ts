import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Backing,
  createHarness,
  type Harness,
  type HarnessOptions,
} from '../create-harness.ts';
import { readKept } from '../memory/summary-store.ts';
import type { Usage } from '../session/event.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { type Play, saidByUser } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// What a summary costs, and what a run does that is not given one or cannot read it.

const sessionId = 's';
const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
const prattle = 'The weather was fine, the parcel looked good and my cat liked the box very much. ';
const dayMs = 86_400_000;

const plays: readonly Play[] = [
  {
    name: 'summarise',
    when: ({ system }) => system.startsWith('You keep the running summary'),
    answer: () => ({ text: 'They talked.' }),
  },
  {
    name: 'look',
    when: (conversation) =>
      saidByUser(conversation, /^Look/) && conversation.messages.at(-1)?.role === 'user',
    answer: () => ({ calls: [{ tool: 'look', input: {} }] }),
  },
  { name: 'talk', when: () => true, answer: () => ({ text: prattle }) },
];

function open(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  const look = defineTool({
    name: 'look',
    version: '1',
    owner: 'tests',
    description: 'Looks.',
    effect: 'read',
    agents: ['desk'],
    input: z.object({}),
    output: z.string(),
    execute: async () => 'nothing new',
  });
  const prompt = definePrompt('desk', 'You help.');
  return createHarness({
    agents: [defineAgent({ name: 'desk', prompt, tools: [look], handoffs: [], turnLimit: 3 })],
    entry: 'desk',
    model: scriptedModel({ name: 'talk', plays }),
    backing: memoryBacking(),
    memory: { budgetTokens: 500 },
    ...options,
  });
}

/** The last of them is the first that needs a summary. */
const messages = [prattle.repeat(8), prattle.repeat(8), `Look! ${prattle.repeat(8)}`];

async function play(harness: Harness, says = messages) {
  const outcomes = [];
  for (const [index, text] of says.entries()) {
    const messageId = `s/${index + 1}`;
    outcomes.push(
      await harness.outcome(await harness.send({ sessionId, messageId, text, principal })),
    );
  }
  const facts = (await harness.events(sessionId)).map(({ fact }) => fact);
  const used = facts.flatMap((fact) => {
    if (fact.type === 'model-turn-completed') return [{ by: 'turn', tokens: sum(fact.usage) }];
    if (fact.type !== 'memory-compacted') return [];
    return [{ by: 'summary', tokens: fact.usage === undefined ? 0 : sum(fact.usage) }];
  });
  return { outcome: outcomes.at(-1), facts, used };
}

const sum = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

/** What was used before the summary, and by the turn behind it. */
async function usual(): Promise<{ readonly before: number; readonly turn: number }> {
  await using harness = await open();
  const { used, outcome } = await play(harness);
  expect(outcome).toMatchObject({ kind: 'answered' });
  expect(used.map(({ by }) => by)).toEqual(['turn', 'turn', 'summary', 'turn', 'turn']);
  const tokens = used.map((each) => each.tokens);
  expect(Math.min(...tokens)).toBeGreaterThan(0);
  return { before: (tokens[0] ?? 0) + (tokens[1] ?? 0), turn: tokens[3] ?? 0 };
}

const quota = (max: number): Partial<HarnessOptions> => ({
  limits: [{ id: 'tokens', per: ['principal'], unit: 'tokens', windowMs: dayMs, max }],
});

test('what the summariser uses is taken from the quota', async () => {
  const { before } = await usual();
  await using harness = await open(quota(before + 1));
  const { outcome, used } = await play(harness);
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'QUOTA_EXCEEDED' } });
  expect(used.map(({ by }) => by)).toEqual(['turn', 'turn', 'summary']);
});

test('where the quota has nothing left the summariser is not asked', async () => {
  const { before } = await usual();
  await using harness = await open(quota(before));
  const { outcome, facts } = await play(harness);
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'QUOTA_EXCEEDED' } });
  expect(facts.map(({ type }) => type)).not.toContain('memory-compacted');
});

test("what the summariser uses is taken from the run's budget", async () => {
  const { turn } = await usual();
  await using harness = await open({ budget: { tokens: turn + 1 } });
  expect((await play(harness)).outcome).toMatchObject({
    kind: 'failed',
    error: { code: 'BUDGET_EXCEEDED' },
  });
});

test('a memory in a form that is not known fails the run out loud, and is not taken for nothing', async () => {
  const backing: Backing = memoryBacking();
  const { summaries } = backing;
  const older: Backing = {
    ...backing,
    summaries: {
      ...summaries,
      latestBefore: async (session, runId) => {
        const found = await summaries.latestBefore(session, runId);
        if (found === undefined) return undefined;
        const { version, kept } = found;
        return {
          ...found,
          kept: readKept({ ...kept, format: 0 }, { sessionId: session, version }),
        };
      },
    },
  };
  await using harness = await open({ backing: older });
  const { outcome, facts } = await play(harness, [...messages, 'And now?']);
  expect(outcome).toMatchObject({
    kind: 'failed',
    error: {
      code: 'MEMORY_UNREADABLE',
      message: expect.stringContaining('Version 1 of what the session remembers is not in a form'),
    },
  });
  expect(facts.slice(-3)).toMatchObject([
    { type: 'message-received', text: 'And now?' },
    { type: 'run-started' },
    { type: 'run-failed', error: { code: 'MEMORY_UNREADABLE' } },
  ]);
});
