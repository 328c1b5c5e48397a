import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import type { Database } from '../storage/open-database.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';
import { defineTool } from '../tools/define-tool.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';

// What must not be kept is looked for where everything is kept: in every column of every table, DBOS's own included.

const card = '4242 4242 4242 4242';
const key = `sk-proj-${'a1b2c3d4'.repeat(4)}`;
const secrets = `card ${card}, 12/29, CVV 987, key ${key}`;
/** Whose address it is may be kept: where it is found, a secret said beside it would have been. */
const saidBy = (who: string): string => `${who}@witness.example`;
const speech = (who: string): string => `${saidBy(who)}: ${secrets}`;

const amara = { id: 'cus_amara', role: 'customer', tenant: 'maple' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'maple' };

const common = { version: '1', owner: 'tests', agents: ['desk'] } as const;
const tools = [
  defineTool({
    ...common,
    name: 'look',
    description: 'Looks.',
    input: z.object({ at: z.string() }),
    output: z.object({ note: z.string() }),
    effect: 'read',
    execute: async () => ({ note: speech('tool') }),
  }),
  defineTool({
    ...common,
    name: 'refuse',
    description: 'Refuses.',
    input: z.object({}),
    output: z.object({}),
    effect: 'compute',
    execute: async () => {
      throw new ToolRefusal('NO', speech('refusal'));
    },
  }),
  defineTool({
    ...common,
    name: 'pay',
    description: 'Pays.',
    input: z.object({ note: z.string() }),
    output: z.object({ paid: z.string() }),
    effect: 'keyed',
    approval: async () => ({
      roles: ['billing_agent'],
      reason: speech('question'),
      stateVersion: '1',
    }),
    execute: async ({ note }) => ({ paid: note }),
  }),
];

const turns = [
  { text: speech('model'), calls: [{ tool: 'look', input: { at: speech('argument') } }] },
  { calls: [{ tool: 'refuse', input: {} }] },
  { calls: [{ tool: 'pay', input: { note: 'as agreed' } }] },
  { text: speech('answer') },
];

describe.each(Object.entries(testDatabases))('on %s', (_name, openTestDatabase) => {
  let database: Database;
  let harness: Harness;
  beforeAll(async () => {
    database = await openTestDatabase();
    harness = await createHarness({
      agents: [
        defineAgent({
          name: 'desk',
          prompt: definePrompt('desk', 'Answer.'),
          tools,
          handoffs: [],
          turnLimit: 5,
        }),
      ],
      entry: 'desk',
      model: scriptedModel({
        name: 'in turn',
        plays: turns.map((answer, index) => ({
          name: `turn ${index + 1}`,
          when: ({ messages }) =>
            messages.filter((message) => message.role === 'assistant').length === index,
          answer: () => answer,
        })),
      }),
      backing: await durableBacking({
        database,
        identity: { application: 'redaction', version: '1', executorId: 'one' },
      }),
    });
  }, 60_000);
  afterAll(async () => {
    await harness.close();
    await database.close();
  });

  /** Everything that the database holds, as text. */
  async function allThatIsKept(): Promise<string> {
    const { rows } = await database.pool.query<{ place: string }>(
      `select format('%I.%I', table_schema, table_name) as place from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    const kept: string[] = [];
    for (const { place } of rows) {
      const { rows: found } = await database.pool.query<{ text: string }>(
        `select each::text as text from ${place} each`,
      );
      kept.push(...found.map(({ text }) => `${place} ${text}`));
    }
    return kept.join('\n');
  }

  async function askedApproval(): Promise<string> {
    for (let tries = 0; tries < 400; tries += 1) {
      const [asked] = await harness.approvals.list('maple', 's');
      if (asked !== undefined) return asked.approvalId;
      await pause(10);
    }
    throw new Error('nobody was asked');
  }

  test('a card number, its code and a key are nowhere, whoever says them: customer, model, tool or decider', async () => {
    const text = speech('customer');
    await harness.send({ sessionId: 's', messageId: 's/1', text, principal: amara });
    await harness.approvals.decide({
      approvalId: await askedApproval(),
      by: ana,
      verdict: 'approve',
      reason: speech('decider'),
      editedArguments: { note: speech('editor') },
    });
    expect(await harness.outcome('s/1')).toMatchObject({ kind: 'answered' });
    const kept = await allThatIsKept();
    const speakers = 'customer model argument tool refusal question decider editor answer';
    for (const who of speakers.split(' ')) expect(kept).toContain(saidBy(who));
    for (const secret of ['4242 4242', '42424242', 'CVV 987', key])
      expect(kept).not.toContain(secret);
  });
});
