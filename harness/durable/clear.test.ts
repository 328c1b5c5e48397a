import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { type Backing, createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { verifyAudit } from '../safety/audit.ts';
import type { Database } from '../storage/open-database.ts';
import { sqlClearStore } from '../storage/sql-clear-store.ts';
import { sqlSessionStore } from '../storage/sql-session-store.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { payTool } from '../testing/pay-tool.ts';
import type { lastToolResult } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';
import { defineTool } from '../tools/define-tool.ts';

const hana = { id: 'cus_hana', role: 'customer', tenant: 'maple' };
const lena = { id: 'emp_lena', role: 'billing_agent', tenant: 'maple' };
const sessionId = 'desk';

let paid: string[] = [];
const tools = [
  payTool((key) => paid.push(key), { asks: true }),
  defineTool({
    name: 'note',
    version: '1',
    owner: 'tests',
    description: 'Notes.',
    input: z.object({}),
    output: z.object({}),
    effect: 'transactional',
    agents: ['billing'],
    execute: async (_input, { records }) => {
      await records.put({ collection: 'notes', key: 'a', value: 'Amara was here' });
      return {};
    },
  }),
];

/** "pay" asks for approval, "note" keeps a record; everything else is answered with all that was ever said. */
const model = scriptedModel({
  name: 'remembers',
  plays: [
    ...['pay', 'note'].map((tool) => ({
      name: tool,
      when: (conversation: Parameters<typeof lastToolResult>[0]) =>
        conversation.messages.at(-1)?.role === 'user' &&
        JSON.stringify(conversation.messages.at(-1)).includes(tool),
      answer: () => ({ calls: [{ tool, input: {} }] }),
    })),
    {
      name: 'recall',
      when: () => true,
      answer: ({ messages }) => ({
        text: messages.map((each) => (each.role === 'user' ? each.text : '')).join('|'),
      }),
    },
  ],
});

const places: Readonly<Record<string, () => Promise<Database | undefined>>> = {
  memory: async () => undefined,
  ...testDatabases,
};

describe.each(Object.entries(places))('in %s', (_name, openPlace) => {
  let database: Database | undefined;
  let harness: Harness;
  let store: Backing['store'];
  let diesBeforeClearing = false;
  beforeAll(async () => {
    database = await openPlace();
  }, 60_000);
  afterAll(() => database?.close());

  const open = async (): Promise<Harness> => {
    const backing =
      database === undefined
        ? memoryBacking()
        : await durableBacking({
            database,
            identity: { application: 'clear', version: '1', executorId: 'one' },
            recoveryPollingMs: 5,
          });
    ({ store } = backing);
    return createHarness({
      agents: [
        defineAgent({
          name: 'billing',
          prompt: definePrompt('billing', 'You bill.'),
          tools,
          handoffs: [],
          turnLimit: 4,
        }),
      ],
      entry: 'billing',
      model,
      backing: {
        ...backing,
        clearing: {
          clear: (order) =>
            diesBeforeClearing
              ? Promise.reject(new Error('died here'))
              : backing.clearing.clear(order),
        },
      },
    });
  };

  beforeEach(async () => {
    paid = [];
    await database?.pool.query(
      `truncate groundhog.sessions, groundhog.events, groundhog.records, groundhog.text_deltas,
         groundhog.approvals, groundhog.audit, dbos.workflow_status, dbos.operation_outputs,
         dbos.workflow_input, dbos.workflow_output cascade`,
    );
    harness = await open();
  });
  afterEach(() => harness.close());

  async function say(messageId: string, text: string): Promise<void> {
    await harness.send({ sessionId, messageId, text, principal: hana });
    await harness.outcome(messageId);
  }

  async function park(messageId: string): Promise<string> {
    await harness.send({ sessionId, messageId, text: 'pay me', principal: hana });
    for (let tries = 0; tries < 400; tries += 1) {
      const approvals = await harness.approvals.list('maple', sessionId);
      const asked = approvals.find(({ status }) => status === 'pending');
      if (asked !== undefined) return asked.approvalId;
      await pause(10);
    }
    throw new Error('nobody was asked');
  }

  const actions = async (): Promise<readonly string[]> => {
    const rows = await harness.audit.read('maple', 0);
    expect(verifyAudit(rows)).toMatchObject({ ok: true });
    return rows.map(({ action }) => action);
  };

  test('what was said is gone from log, text, records and context; the audit stays and says so (M-06)', async () => {
    await say('desk/1', 'note that my cat is called Bartholomew');
    const before = await harness.events(sessionId);
    const audited = await harness.audit.read('maple', 0);
    expect(await harness.records(sessionId)).not.toEqual([]);

    expect(await harness.clear({ sessionId, by: hana })).toEqual({ epoch: 2 });
    const [cleared, ...rest] = await harness.events(sessionId);
    expect(rest).toEqual([]);
    expect(cleared).toMatchObject({
      seq: before.length + 1,
      fact: { type: 'session-cleared', epoch: 2, by: 'cus_hana' },
    });
    expect(await harness.deltas(sessionId)).toEqual([]);
    const kept = JSON.stringify(await harness.records(sessionId));
    expect(kept).not.toContain('Amara');
    expect(await harness.audit.read('maple', 0)).toMatchObject([
      ...audited,
      { actor: 'cus_hana', action: 'session-cleared', subject: sessionId, detail: { epoch: 2 } },
    ]);

    await say('desk/2', 'what did I ask?');
    expect(await harness.outcome('desk/2')).toMatchObject({ text: 'what did I ask?' });
    const seqs = (await harness.events(sessionId)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => before.length + 1 + index));
  });

  test('a viewer, wherever it is, is told next that the session was cleared, and then what came', async () => {
    await say('desk/1', 'hello');
    await harness.clear({ sessionId, by: hana });
    await say('desk/2', 'again');
    const all = await harness.events(sessionId);
    for (const after of [0, 2, (all[0]?.seq ?? 0) - 1]) {
      const leave = new AbortController();
      const seen: number[] = [];
      const streamed = new Set<string>();
      const subscription = harness.subscribe(sessionId, { after, signal: leave.signal });
      for await (const item of subscription) {
        if (item.kind === 'event') seen.push(item.event.seq);
        if (item.kind === 'text-delta') streamed.add(item.delta.runId);
        if (seen.length === all.length) leave.abort();
      }
      expect(seen).toEqual(all.map(({ seq }) => seq));
      expect([...streamed]).toEqual(['desk/2']);
    }
  });

  test('a message of an epoch that is over, delivered again, starts nothing', async () => {
    await say('desk/1', 'hello');
    await harness.clear({ sessionId, by: hana });
    const cleared = await harness.events(sessionId);
    await say('desk/1', 'hello');
    await expect(
      harness.send({ sessionId, messageId: 'desk/1', text: 'other', principal: hana }),
    ).rejects.toMatchObject({ code: 'MESSAGE_ID_TAKEN' });
    expect(await harness.events(sessionId)).toEqual(cleared);
  });

  test('is refused while an approval waits; by force both end first, and a late yes pays nothing (M-07)', async () => {
    const approvalId = await park('desk/1');
    const before = await harness.events(sessionId);
    await expect(harness.clear({ sessionId, by: hana })).rejects.toMatchObject({
      code: 'APPROVAL_PENDING',
    });
    expect(await harness.events(sessionId)).toEqual(before);

    expect(await harness.clear({ sessionId, by: hana, force: true })).toEqual({ epoch: 2 });
    expect(await harness.outcome('desk/1')).toMatchObject({ kind: 'cancelled', done: [] });
    const yes = { approvalId, by: lena, verdict: 'approve', reason: 'fine' } as const;
    await expect(harness.approvals.decide(yes)).rejects.toMatchObject({
      code: 'APPROVAL_DECIDED',
      message: expect.stringContaining('cancelled'),
    });
    expect(await actions()).toEqual(
      expect.arrayContaining(['run-cancelled', 'approval-cancelled', 'session-cleared']),
    );
    await say('desk/2', 'anything left?');
    expect(await harness.outcome('desk/2')).toMatchObject({ text: 'anything left?' });
    expect(paid).toEqual([]);
    const facts = (await harness.events(sessionId)).map(({ fact }) => fact.type);
    expect(facts[0]).toBe('session-cleared');
    expect(facts).not.toContain('run-cancelled');
  });

  test('is refused while a run is in progress that waits for another', async () => {
    const approvalId = await park('desk/1');
    await harness.send({ sessionId, messageId: 'desk/2', text: 'next', principal: hana });
    await harness.approvals.decide({ approvalId, by: lena, verdict: 'reject', reason: 'no' });
    const cleared = harness.clear({ sessionId, by: hana }).then(
      () => 'cleared',
      (error: { readonly code: string }) => error.code,
    );
    const outcome = await cleared;
    await harness.outcome('desk/2');
    // Either both had ended by then, or it was refused: never is a run's beginning taken away.
    const facts = (await harness.events(sessionId)).map(({ fact }) => fact.type);
    expect(outcome === 'cleared' ? facts : [facts[0], outcome]).toEqual(
      outcome === 'cleared' ? ['session-cleared'] : ['message-received', 'SESSION_BUSY'],
    );
  });

  test('dead between cancelling and clearing: all that was in progress has ended, and clearing goes through when asked again', async () => {
    const approvalId = await park('desk/1');
    diesBeforeClearing = true;
    await expect(harness.clear({ sessionId, by: hana, force: true })).rejects.toThrow('died here');
    diesBeforeClearing = false;
    if (database !== undefined) {
      await harness.close();
      harness = await open();
    }
    const yes = { approvalId, by: lena, verdict: 'approve', reason: 'fine' } as const;
    await expect(harness.approvals.decide(yes)).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
    expect(await harness.clear({ sessionId, by: hana, force: true })).toEqual({ epoch: 2 });
    const told = await actions();
    expect(told.filter((action) => action === 'approval-cancelled')).toHaveLength(1);
    expect(told.filter((action) => action === 'session-cleared')).toHaveLength(1);
    expect(paid).toEqual([]);
  });

  test('a run of an epoch that is over tells nothing into the next', async () => {
    await say('desk/1', 'hello');
    await harness.clear({ sessionId, by: hana });
    const cleared = await harness.events(sessionId);
    const turn = { sessionId, runId: 'desk/1', step: 'model#9' };
    const late = { type: 'run-completed', agent: 'billing', text: 'late' } as const;
    expect(await store.appendEvents(sessionId, [{ ...turn, ordinal: 0, fact: late }])).toEqual([]);
    const attempt = await store.beginAttempt(turn);
    await store.appendDelta({ ...turn, attempt, ordinal: 0, text: 'late' });
    expect(await harness.events(sessionId)).toEqual(cleared);
    expect(await harness.deltas(sessionId)).toEqual([]);
  });

  test('what was never begun cannot be cleared', async () => {
    const nothing = { sessionId: 'nobody', by: hana };
    await expect(harness.clear(nothing)).rejects.toMatchObject({ code: 'SESSION_MISSING' });
    await expect(harness.clear({ ...nothing, force: true })).rejects.toMatchObject({
      code: 'SESSION_MISSING',
    });
  });
});

describe.each(Object.entries(testDatabases))('on %s', (_name, openTestDatabase) => {
  test('dead in the middle of clearing: nothing was cleared', async () => {
    await using database = await openTestDatabase();
    const { pool } = database;
    const order = { sessionId, by: hana, now: 0, settledRuns: [] };
    const fact = { type: 'run-completed', agent: 'billing', text: 'done' } as const;
    await sqlSessionStore(pool).appendEvents(sessionId, [
      { runId: 'desk/1', step: 'end', ordinal: 0, fact },
    ]);
    await pool.query(
      `create function groundhog.die() returns trigger language plpgsql as
         $$ begin raise exception 'died here'; end $$;
       create trigger die before insert on groundhog.audit for each row execute function groundhog.die()`,
    );
    const clearing = sqlClearStore(pool);
    await expect(clearing.clear(order)).rejects.toThrow('died here');
    const state = 'select epoch, event_count, cleared_seq from groundhog.sessions';
    expect((await pool.query(state)).rows).toMatchObject([{ epoch: 1 }]);
    expect(await sqlSessionStore(pool).readEvents(sessionId, 0)).toMatchObject([{ seq: 1, fact }]);
    await pool.query('drop trigger die on groundhog.audit');
    expect(await clearing.clear(order)).toEqual({ kind: 'cleared', epoch: 2 });
    expect(await sqlSessionStore(pool).readEvents(sessionId, 0)).toMatchObject([{ seq: 2 }]);
  });
});
