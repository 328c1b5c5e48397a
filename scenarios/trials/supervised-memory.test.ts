import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, defineAgent, definePrompt, defineTool, isSubRun } from '#harness';
import type { Conversation, Play } from '#harness/testing';
import { checkHistory } from '../checkers/check-history.ts';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { moments } from '../verifier/crash-point.ts';
import { playTwoLives } from './two-lives.ts';

// A supervisor and its investigator that both outgrow their budget, stopped dead around every summary.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const prattle = 'The weather was fine, the parcel looked good and my cat liked the box very much. ';
const rowsInAll = 4;

const asked =
  (job: string) =>
  ({ system }: Conversation): boolean =>
    system.includes(job);

/** How many rows were read, by what is shown: calls, results, or what is remembered of them. */
const rowsRead = ({ messages }: Conversation): number =>
  Math.max(
    0,
    ...[...JSON.stringify(messages).matchAll(/row\D{1,8}(\d)/g)].map(([, n]) => Number(n)),
  );

const plays: readonly Play[] = [
  {
    name: 'summarise',
    when: asked('You keep the running summary'),
    answer: (conversation) => ({
      text: `They talked and read up to row ${rowsRead(conversation)}.`,
    }),
  },
  {
    name: 'plan',
    when: asked('Write the plan'),
    answer: () => ({
      text: JSON.stringify({ objectives: [{ agent: 'ledger', objective: 'Read all of it.' }] }),
    }),
  },
  {
    name: 'put together',
    when: asked('Put the findings together'),
    answer: () => ({
      text: JSON.stringify({ summary: prattle, cites: ['finding-1'], setsAside: [] }),
    }),
  },
  {
    name: 'read the next row',
    when: (conversation) =>
      asked('You are ledger')(conversation) && rowsRead(conversation) < rowsInAll,
    answer: (conversation) => ({
      text: prattle.repeat(8),
      calls: [{ tool: 'lookUp', input: { row: rowsRead(conversation) + 1 } }],
    }),
  },
  {
    name: 'report',
    when: asked('You are ledger'),
    answer: () => ({ text: JSON.stringify({ summary: prattle, claims: [] }) }),
  },
  { name: 'answer', when: () => true, answer: () => ({ text: prattle }) },
];

const agentNamed = (name: string, rest: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    prompt: definePrompt(name, `You are ${name}.`),
    tools: [],
    handoffs: [],
    turnLimit: 8,
    ...rest,
  });

const lookUp = defineTool({
  name: 'lookUp',
  version: '1',
  owner: 'tests',
  description: 'Reads a row.',
  effect: 'read',
  agents: ['ledger'],
  input: z.object({ row: z.number() }),
  output: z.string(),
  execute: async ({ row }) => `row ${row}: ${'entry '.repeat(60)}`,
});

const gold = { name: 'supervised at length', plays };
const scenario: Scenario = {
  ...scenarioNamed('S-02'),
  messages: [1, 2, 3].map((number) => ({ text: `Message ${number}. ${prattle.repeat(8)}` })),
  subject: {
    name: 'supervised at length',
    assemble: () => ({
      agents: [
        agentNamed('supervisor', {
          supervises: {
            investigators: ['ledger'],
            objectiveLimit: 1,
            concurrency: 1,
            fallback: 'alone',
          },
        }),
        agentNamed('alone'),
        agentNamed('ledger', { tools: [lookUp] }),
      ],
      entry: 'supervisor',
      memory: { budgetTokens: 700 },
    }),
  },
  playbooks: { gold, null: gold, saboteur: gold },
};

test('stopped around any summary, of a supervisor or of an investigator, the session comes to the same end', async () => {
  const { seen: golden } = await playTwoLives(scenario, worldServer);
  expect(golden.outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered']);
  const compactions = golden.events.filter(({ fact }) => fact.type === 'memory-compacted');
  const ofInvestigators = compactions.filter(({ runId }) => isSubRun(runId)).length;
  expect(ofInvestigators).toBeGreaterThan(2);
  expect(compactions.length - ofInvestigators).toBeGreaterThan(1);
  for (const { run, sub, step } of golden.savedSteps) {
    if (!step.startsWith('compact#')) continue;
    for (const moment of moments) {
      const place = sub === undefined ? `${run}` : `${run}~${sub}`;
      const life = await playTwoLives(scenario, worldServer, {
        crash: { run: place, step, moment },
      });
      expect(life.landed).toBe(true);
      expect(checkHistory(golden, life.seen, life)).toEqual([]);
    }
  }
});
