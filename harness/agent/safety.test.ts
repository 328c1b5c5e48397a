import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import { verifyAudit } from '../safety/audit.ts';
import type { Limit } from '../safety/limits.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import type { PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';
import { handoffLimit } from './handoff.ts';

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const card = '4242 4242 4242 4242';

let executions = 0;
const look = defineTool({
  name: 'look',
  version: '1',
  owner: 'tests',
  description: 'Looks something up that holds a card number.',
  input: z.object({ value: z.number() }),
  output: z.object({ note: z.string() }),
  effect: 'read',
  agents: ['helper'],
  execute: async ({ value }) => {
    executions += 1;
    return { note: `${value}: paid with ${card}` };
  },
});

async function open(
  answers: readonly PlaybookAnswer[],
  limits: readonly Limit[] = [],
): Promise<Harness> {
  executions = 0;
  return createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [look],
        handoffs: [],
        turnLimit: 5,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({
      name: 'in turn',
      plays: answers.map((answer, index) => ({
        name: `turn ${index + 1}`,
        when: ({ messages }) =>
          messages.filter((message) => message.role === 'assistant').length === index,
        answer: () => answer,
      })),
    }),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
    limits,
  });
}

const looks = (...values: readonly number[]): PlaybookAnswer => ({
  calls: values.map((value) => ({ tool: 'look', input: { value } })),
});

async function play(harness: Harness, text = 'hello'): Promise<string> {
  await harness.send({ sessionId: 's', messageId: 'r', text, principal: customer });
  await harness.outcome('r');
  return JSON.stringify([await harness.events('s'), await harness.audit.read('larkspur', 0)]);
}

test('a card number is taken out of a message and of a tool’s output before anything is kept of them', async () => {
  await using harness = await open([looks(1), { text: 'ok' }]);
  const kept = await play(harness, `My card is ${card}, 12/29, CVV 123. Is that right?`);
  expect(kept).not.toContain('4242');
  expect(kept).not.toMatch(/CVV 123/);
  expect(kept).toContain('My card is [card 1]');
  expect(kept).toContain('1: paid with [card 1]');
});

test('nor does one stay that the model itself says or hands to a tool', async () => {
  await using harness = await open([
    { text: `I see ${card} here.`, calls: [{ tool: 'look', input: { value: card } }] },
    { text: `It was ${card}.` },
  ]);
  const kept = await play(harness);
  expect(kept).toContain('I see [card 1] here.');
  expect(kept).toContain('TOOL_CALL_INVALID');
  expect(kept).not.toContain('4242');
  expect(await harness.outcome('r')).toMatchObject({ text: 'It was [card 1].' });
});

test('every call is one row of the audit, those that were refused included, and the chain holds', async () => {
  await using harness = await open([
    looks(1, 2),
    { calls: [{ tool: 'transferMoney', input: {} }] },
    { text: 'ok' },
  ]);
  await play(harness);
  const rows = await harness.audit.read('larkspur', 0);
  expect(
    rows.map(({ actor, subject, isAllowed, reason }) => [actor, subject, isAllowed, reason]),
  ).toEqual([
    ['helper', 'look', true, 'completed'],
    ['helper', 'look', true, 'completed'],
    ['helper', 'transferMoney', false, 'TOOL_CALL_INVALID'],
  ]);
  const events = await harness.events('s');
  expect(rows).toHaveLength(events.filter(({ fact }) => fact.type === 'tool-requested').length);
  expect(verifyAudit(rows)).toMatchObject({ ok: true, rows: 3 });
  const edited = rows.map((row) => ({ ...row, isAllowed: true }));
  expect(verifyAudit(edited)).toMatchObject({ ok: false, seq: 3 });
});

const passingOn = (name: string, other: string) =>
  defineAgent({
    name,
    prompt: definePrompt(name, 'You pass it on.'),
    tools: [],
    handoffs: [other],
    turnLimit: 9,
  });

test('a conversation handed over once too often stays, and the audit says that it was not allowed', async () => {
  await using harness = await createHarness({
    agents: [passingOn('ping', 'pong'), passingOn('pong', 'ping')],
    entry: 'ping',
    model: scriptedModel({
      name: 'to and fro',
      plays: [
        {
          name: 'pass on',
          when: () => true,
          answer: ({ messages }) => {
            const turns = messages.filter(({ role }) => role === 'assistant').length;
            if (turns > handoffLimit) return { text: 'Mine then.' };
            const to = turns % 2 === 0 ? 'pong' : 'ping';
            return { calls: [{ tool: 'handoff', input: { to, reason: 'not mine' } }] };
          },
        },
      ],
    }),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
  });
  await play(harness);
  expect(await harness.outcome('r')).toMatchObject({ kind: 'answered', text: 'Mine then.' });
  const rows = await harness.audit.read('larkspur', 0);
  expect(rows.map(({ actor, isAllowed, reason }) => [actor, isAllowed, reason])).toEqual([
    ['ping', true, 'completed'],
    ['pong', true, 'completed'],
    ['ping', true, 'completed'],
    ['pong', false, 'HANDOFF_LIMIT'],
  ]);
});

test('a call beyond a limit is refused with when to come back, does nothing, and the run goes on', async () => {
  const limit: Limit = { id: 'looks', per: ['principal'], unit: 'calls', windowMs: 60_000, max: 2 };
  await using harness = await open([looks(1, 2, 3), { text: 'ok' }], [limit]);
  const kept = await play(harness);
  expect(executions).toBe(2);
  expect(kept).toContain('LIMIT_EXCEEDED');
  expect(await harness.outcome('r')).toMatchObject({ kind: 'answered' });
});
