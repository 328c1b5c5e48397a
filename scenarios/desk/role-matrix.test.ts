import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, createHarness, defineTool, type Tool } from '#harness';
import { memoryBacking, scriptedModel, simulatedHost } from '#harness/testing';
import { supervisedDeskSubject } from './supervised-desk-subject.ts';

// Every tool of the desk × every agent × every role, through the dispatcher, held to the table of docs/tools.md.

const roles = ['customer', 'support', 'billing_agent', 'billing_lead', 'supervisor', 'worker'];

/** `tool by agent for role` of all that the table allows. */
function allowedByTable(page: string): ReadonlySet<string> {
  const rows = page
    .split('\n')
    .slice(page.split('\n').findIndex((line) => line.startsWith('| tool | triage |')))
    .filter((_, index, lines) => lines.slice(0, index + 1).every((each) => each.startsWith('|')))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [[, ...header] = [], , ...tools] = rows;
  const agents = header.slice(0, -1);
  return new Set(
    tools.flatMap(([name = '', ...cells]) => {
      const forWhom = cells.at(-1) === 'everybody' ? roles : (cells.at(-1) ?? '').split(', ');
      return agents
        .filter((_, index) => cells[index] === 'yes')
        .flatMap((agent) => forWhom.map((role) => tripleOf(name.replaceAll('`', ''), agent, role)));
    }),
  );
}

const tripleOf = (tool: string, agent: string, role: string): string =>
  `${tool} by ${agent} for ${role}`;

/** The tool as who may use it sees it: what it would do is noted instead. */
const noting = (tool: Tool, note: (name: string) => void): Tool =>
  defineTool({
    name: tool.name,
    version: tool.version,
    owner: tool.owner,
    description: tool.description,
    input: z.object({}),
    output: z.object({}),
    effect: 'keyed',
    agents: tool.agents,
    ...(tool.roles === undefined ? {} : { roles: tool.roles }),
    execute: async () => {
      note(tool.name);
      return {};
    },
  });

const { agents } = supervisedDeskSubject.assemble({ worldUrl: 'http://127.0.0.1:9' });
const names = [...new Set(agents.flatMap(({ tools }) => tools.map(({ name }) => name)))].toSorted();

/** The agent asks for every tool of the desk in one turn. Returns those that acted, and how many the audit denies. */
async function askForAll(
  entry: string,
  role: string,
): Promise<{ readonly acted: readonly string[]; readonly denied: readonly string[] }> {
  const acted: string[] = [];
  const note = (name: string): void => void acted.push(name);
  const bare = agents.map(
    ({ supervises: _, ...agent }): Agent => ({
      ...agent,
      tools: agent.tools.map((tool) => noting(tool, note)),
    }),
  );
  await using harness = await createHarness({
    agents: bare,
    entry,
    model: scriptedModel({
      name: 'everything once',
      plays: [
        {
          name: 'calls',
          when: ({ messages }) => messages.length === 1,
          answer: () => ({ calls: names.map((tool) => ({ tool, input: {} })) }),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Done.' }) },
      ],
    }),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
  });
  const principal = { id: 'someone', role, tenant: 'larkspur' };
  await harness.send({ sessionId: 's', messageId: 'r', text: 'all of it', principal });
  expect(await harness.outcome('r')).toMatchObject({ kind: 'answered' });
  const audited = await harness.audit.read('larkspur', 0);
  expect(audited.map(({ subject }) => subject).toSorted()).toEqual(names);
  const denied = audited.filter(({ isAllowed }) => !isAllowed).map(({ subject }) => subject);
  return { acted: acted.toSorted(), denied: denied.toSorted() };
}

test('for every agent and role just the tools of the table act; each other call is denied, audited and without effect', async () => {
  const allowed = allowedByTable(readFileSync('docs/tools.md', 'utf8'));
  const seen: string[] = [];
  for (const { name: agent } of agents) {
    for (const role of roles) {
      const { acted, denied } = await askForAll(agent, role);
      expect([...acted, ...denied].toSorted()).toEqual(names);
      seen.push(...acted.map((tool) => tripleOf(tool, agent, role)));
    }
  }
  expect(seen.toSorted()).toEqual([...allowed].toSorted());
  // A customer's refund is billing's; a service's is nobody's.
  expect(seen).toContain('issueRefund by billing for customer');
  expect(seen.filter((each) => /issueRefund .* (worker|support)$/.test(each))).toEqual([]);
}, 60_000);

test('a table that allows more, or less, is not what the desk does', () => {
  const page = readFileSync('docs/tools.md', 'utf8');
  const before = allowedByTable(page);
  expect(before.size).toBeGreaterThan(100);
  const more = page.replace(/^(\| `issueRefund` \|) +\|/m, '$1 yes |');
  expect(allowedByTable(more).size).toBe(before.size + 3);
});
