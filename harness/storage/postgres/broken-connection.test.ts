import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../../agent/define-agent.ts';
import { createHarness, type Harness } from '../../create-harness.ts';
import { durableBacking } from '../../durable-backing.ts';
import { openHarnessDatabase } from '../../open-harness-database.ts';
import { payTool } from '../../testing/pay-tool.ts';
import { lastToolResult } from '../../testing/playbook.ts';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';
import { scriptedModel } from '../../testing/scripted-model.ts';
import type { Database } from '../open-database.ts';

// A run whose connection is ended by the server in the middle of a statement, wherever that is. A lock makes the statement
// wait for its killer.

let server: PostgresServer;
let database: Database;
let harness: Harness;
const paid: string[] = [];

beforeAll(async () => {
  server = await startPostgres();
  database = await openHarnessDatabase({
    kind: 'postgres',
    url: await server.createDatabase('broken'),
  });
  const pay = payTool((key) => paid.push(key), { asks: false });
  const prompt = definePrompt('billing', 'You bill.');
  harness = await createHarness({
    agents: [defineAgent({ name: 'billing', prompt, tools: [pay], handoffs: [], turnLimit: 4 })],
    entry: 'billing',
    model: scriptedModel({
      name: 'pay once',
      plays: [
        {
          name: 'pay',
          when: (conversation) => lastToolResult(conversation, 'pay') === undefined,
          answer: () => ({ text: 'One moment.', calls: [{ tool: 'pay', input: {} }] }),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Paid.' }) },
      ],
    }),
    backing: await durableBacking({
      database,
      identity: { application: 'broken', version: 'v1', executorId: 'one' },
    }),
  });
}, 60_000);
afterAll(async () => {
  await harness.close();
  await database.close();
  await server.close();
});

/** Ends the first connection that waits for a lock on the table, then lets the table go. */
async function breakOneAt(table: string, begin: () => Promise<unknown>): Promise<void> {
  const holder = await database.pool.connect();
  try {
    await holder.query(`begin; lock table groundhog.${table} in access exclusive mode`);
    await begin();
    for (;;) {
      const { rows } = await holder.query(
        `select pg_terminate_backend(pid) as ended from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows.length > 0) break;
      await pause(10);
    }
    await holder.query('commit');
  } finally {
    holder.release(true);
  }
}

test.for(['sessions', 'events', 'records', 'text_deltas', 'audit'])(
  'a run whose connection breaks as it uses %s goes on with another, and nothing happens or is told twice',
  async (table) => {
    paid.length = 0;
    const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
    const runId = `${table}/1`;
    await breakOneAt(table, () =>
      harness.send({ sessionId: table, messageId: runId, text: 'pay', principal }),
    );
    expect(await harness.outcome(runId)).toMatchObject({ kind: 'answered', text: 'Paid.' });
    expect(paid).toHaveLength(1);
    expect((await harness.events(table)).map(({ seq, fact }) => `${seq} ${fact.type}`)).toEqual([
      '1 message-received',
      '2 run-started',
      '3 model-turn-completed',
      '4 tool-requested',
      '5 tool-completed',
      '6 model-turn-completed',
      '7 run-completed',
    ]);
    expect((await harness.deltas(table)).map(({ text }) => text).join('')).toBe('One moment.Paid.');
    const audited = await harness.audit.read('larkspur', 0);
    expect(audited.filter(({ detail }) => JSON.stringify(detail).includes(runId))).toHaveLength(1);
  },
);
