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

// A transactional tool's limits are counted in the very transaction that saves its step: where there is one connection, a
// second one would wait for ever.

const note = defineTool({
  name: 'note',
  version: '1',
  owner: 'tests',
  description: 'Notes.',
  input: z.object({ key: z.string() }),
  output: z.object({ key: z.string() }),
  effect: 'transactional',
  agents: ['clerk'],
  limits: [{ per: 'tenant', unit: 'calls', max: 3, windowMs: 365 * 86_400_000 }],
  execute: async ({ key }, { records }) => {
    await records.put({ collection: 'notes', key, value: key });
    if (key === 'broken') throw new ToolRefusal('BROKEN', 'not this one');
    return { key };
  },
});

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

async function open(database: Database): Promise<Harness> {
  return createHarness({
    agents: [
      defineAgent({
        name: 'clerk',
        prompt: definePrompt('clerk', 'You note.'),
        tools: [note],
        handoffs: [],
        turnLimit: 3,
      }),
    ],
    entry: 'clerk',
    model: scriptedModel({
      name: 'note twice',
      plays: [
        {
          name: 'note',
          when: ({ messages }) => messages.length === 1,
          answer: () => ({
            calls: ['good', 'broken'].map((key) => ({ tool: 'note', input: { key } })),
          }),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Noted.' }) },
      ],
    }),
    backing: await durableBacking({
      database,
      identity: { application: 'limits', version: 'v1', executorId: 'one' },
      recoveryPollingMs: 5,
    }),
  });
}

/** What came of every call in these sessions, when all of them are answered. */
async function resultsOf(harness: Harness, sessions: readonly string[]): Promise<string[]> {
  await Promise.all(
    sessions.map((sessionId) =>
      harness.send({ sessionId, messageId: sessionId, text: 'note', principal }),
    ),
  );
  const results: string[] = [];
  for (const session of sessions) {
    expect(await harness.outcome(session)).toMatchObject({ kind: 'answered' });
    for (const { fact } of await harness.events(session)) {
      if (fact.type === 'tool-completed') results.push('completed');
      if (fact.type === 'tool-failed') results.push(fact.error.code);
    }
  }
  return results;
}

describe.each(Object.entries(testDatabases))('on %s', (_name, openDatabase) => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database.close());

  test('sessions that note at once are admitted up to the limit together; what failed leaves its count and no note; the next life goes on counting', {
    timeout: 180_000,
  }, async () => {
    const sessions = ['a', 'b', 'c'];
    const harness = await open(database);
    const results = await resultsOf(harness, sessions);
    let notes = 0;
    for (const session of sessions) {
      notes += (await harness.records(session)).filter(
        ({ collection }) => collection === 'notes',
      ).length;
    }
    await harness.close();
    expect(results).toHaveLength(6);
    expect(results.filter((each) => each === 'LIMIT_EXCEEDED')).toHaveLength(3);
    expect(notes).toBe(results.filter((each) => each === 'completed').length);
    await using second = await open(database);
    expect(await resultsOf(second, ['d'])).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
  });
});
