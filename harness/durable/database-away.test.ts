import { AsyncResource } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { connect } from '../client/connect.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { systemHost } from '../host/host.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { type RunningServer, startServer } from '../server/start-server.ts';
import type { Database } from '../storage/open-database.ts';
import { lastToolResult } from '../testing/playbook.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';

// A PostgreSQL that ends as by a crash while runs are in progress, and is back after longer than what is tried at once takes.

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };
const awayMs = 1_000;
/** A server that was ended comes back when the machine lets it. */
const patience = { timeout: 120_000 };

let postgres: PostgresServer;
let database: Database;
let harness: Harness;
let server: RunningServer;
/** What happened in the world, by key. */
const paid: string[] = [];
/** Told by runs that wait, and by DBOS of steps that are not saved yet. */
const logged: string[] = [];
/** What others were told while the database was away. */
const told: unknown[] = [];
/** Not within a run: a run's own questions wait, and so would those that are asked on its behalf. */
const elsewhere = new AsyncResource('elsewhere');
/** Where an outage is to begin; each begins once. */
const outages = new Set<string>();
let outagesOver = Promise.resolve();
/** An outage lasts until then, and never shorter than so long. */
let held = Promise.resolve();

/** Resolves when the database is away, and others have been told so. */
async function beginOutage(): Promise<void> {
  await postgres.stop();
  told.push(await elsewhere.runInAsyncScope(whatOthersAreTold));
  outagesOver = Promise.all([pause(awayMs), held]).then(postgres.start);
}

async function whatOthersAreTold(): Promise<unknown> {
  const answers = await Promise.all(
    ['/health', '/v1/sessions/watched/events'].map((path) => fetch(`${server.url}${path}`)),
  );
  const [health, events] = await Promise.all(answers.map((answer) => answer.json()));
  return {
    statuses: answers.map(({ status }) => status),
    health,
    events,
    // What no run asks for does not wait.
    direct: await harness.events('watched').catch(({ code }) => code),
  };
}

const refused = {
  statuses: [503, 503],
  health: { status: 'database-away' },
  events: { error: expect.objectContaining({ code: 'DATABASE_AWAY' }) },
  direct: 'DATABASE_AWAY',
};

function pay(): Tool {
  return defineTool({
    name: 'pay',
    version: '1',
    owner: 'tests',
    description: 'Pays.',
    input: z.object({}),
    output: z.object({ paid: z.boolean() }),
    effect: 'keyed',
    agents: ['billing'],
    approval: async (_input, { sessionId }) =>
      sessionId.startsWith('parked')
        ? { roles: ['billing_agent'], reason: 'much', stateVersion: '1' }
        : undefined,
    execute: async (_input, { idempotencyKey }) => {
      paid.push(idempotencyKey);
      if (outages.delete('behind the effect')) await beginOutage();
      return { paid: true };
    },
  });
}

const note = (event: string): void => void logged.push(event);

async function openHarness(): Promise<Harness> {
  const model = scriptedModel({
    name: 'pay once',
    plays: [
      {
        name: 'pay',
        when: (conversation) => lastToolResult(conversation, 'pay') === undefined,
        answer: () => ({ text: 'One moment.', calls: [{ tool: 'pay', input: {} }] }),
      },
      { name: 'answer', when: () => true, answer: () => ({ text: 'Paid.' }) },
    ],
  });
  const billing = {
    name: 'billing',
    prompt: definePrompt('billing', 'You bill.'),
    tools: [pay()],
    handoffs: [],
    turnLimit: 4,
  };
  return createHarness({
    agents: [defineAgent(billing)],
    entry: 'billing',
    model: {
      ...model,
      doStream: async (call) => {
        if (outages.delete('within a model turn')) await beginOutage();
        return model.doStream(call);
      },
    },
    host: systemHost({ info: note, warn: note }),
    backing: await durableBacking({
      database,
      identity: { application: 'away', version: 'v1', executorId: 'one' },
    }),
    observer: {
      before: () => undefined,
      inside: () => undefined,
      after: (_runId, step) => {
        if (!outages.delete(`behind ${step}`)) return;
        void beginOutage();
        // Until it is gone nothing else happens in this process: what the run tells next finds it gone.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      },
    },
  });
}

beforeAll(async () => {
  postgres = await startPostgres();
  database = await openHarnessDatabase({
    kind: 'postgres',
    url: await postgres.createDatabase('away'),
  });
  harness = await openHarness();
  server = await startServer({
    harness,
    access: { kind: 'development', principal: customer },
  });
}, 60_000);
beforeEach(() => {
  for (const each of [paid, logged, told]) each.length = 0;
});
afterAll(async () => {
  await outagesOver;
  await server.close();
  await harness.close();
  await database.close();
  await postgres.close();
});

const history = [
  '1 message-received',
  '2 run-started',
  '3 model-turn-completed',
  '4 tool-requested',
  '5 tool-completed',
  '6 model-turn-completed',
  '7 run-completed',
];

test(
  'a run outlasts outages of its database in a turn, behind an effect and between steps, in the same process and as if there had been none',
  patience,
  async () => {
    for (const place of ['within a model turn', 'behind the effect', 'behind pay#1']) {
      outages.add(place);
    }
    const viewer = connect({ url: server.url, sessionId: 'watched' });
    const messageId = 'one';
    const runId = await viewer.send({ messageId, text: 'pay' });
    const seen: string[] = [];
    let text = '';
    for await (const item of viewer.items()) {
      if (item.kind === 'text-delta') text += item.delta.text;
      if (item.kind !== 'event') continue;
      seen.push(`${item.event.seq} ${item.event.fact.type}`);
      if (item.event.fact.type === 'run-completed') break;
    }
    viewer.close();
    expect(await harness.outcome(runId)).toMatchObject({ kind: 'answered', text: 'Paid.' });
    expect(paid).toEqual([`watched/${runId}/pay#1`]);
    expect([seen, text]).toEqual([history, 'One moment.Paid.']);
    const events = await harness.events('watched');
    expect(events.map(({ seq, fact }) => `${seq} ${fact.type}`)).toEqual(history);
    expect(await harness.savedSteps(runId)).toEqual([
      'receive-message',
      'model#1',
      'pay#1',
      'model#2',
    ]);
    const audited = await harness.audit.read('larkspur', 0);
    expect(audited.filter(({ detail }) => JSON.stringify(detail).includes(runId))).toHaveLength(1);
    expect(outages).toEqual(new Set());
    expect(told).toEqual([refused, refused, refused]);
    // Twice the run itself waited, and once DBOS with what it had to save.
    expect(logged.filter((event) => event.startsWith('database'))).toEqual([
      'database-away',
      'database-back',
      'database-away',
      'database-back',
    ]);
    expect(logged).toContain('dbos');
    expect([harness.recoveredRuns(), await harness.pendingRuns()]).toEqual([0, []]);
  },
);

test('what waits for a person, and who speaks, outlast an outage', patience, async () => {
  await harness.send({ sessionId: 'parked', messageId: 'two', text: 'pay', principal: customer });
  const asked = async () => (await harness.approvals.list('larkspur', 'parked'))[0];
  await expect.poll(asked).toBeDefined();
  await beginOutage();
  const client = connect({ url: server.url, sessionId: 'spoken-to' });
  // Refused for as long as the database is away, and sent again by the client.
  const runId = await client.send({ messageId: 'three', text: 'pay' });
  client.close();
  await outagesOver;
  const { approvalId = '' } = (await asked()) ?? {};
  await harness.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'fine' });
  for (const each of ['two', runId]) {
    expect(await harness.outcome(each)).toMatchObject({ kind: 'answered', text: 'Paid.' });
  }
  expect(paid.toSorted()).toEqual(['parked/two/pay#1', `spoken-to/${runId}/pay#1`]);
  expect(told).toEqual([refused]);
  const health = await fetch(`${server.url}/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok', recoveredRuns: 0 }]);
});

test(
  'a harness closes while its database is away, and the next goes on with what it left',
  patience,
  async () => {
    outages.add('behind the effect');
    const hold = Promise.withResolvers<void>();
    held = hold.promise;
    const runId = 'four';
    await harness.send({ sessionId: 'left', messageId: runId, text: 'pay', principal: customer });
    await expect.poll(() => told).toEqual([refused]);
    await server.close();
    await harness.close();
    hold.resolve();
    await outagesOver;
    harness = await openHarness();
    server = await startServer({ harness, access: { kind: 'development', principal: customer } });
    expect(await harness.outcome(runId)).toMatchObject({ kind: 'answered', text: 'Paid.' });
    // Saved when the database was back, or done again under its key, as after a kill.
    expect(new Set(paid)).toEqual(new Set([`left/${runId}/pay#1`]));
  },
);

test(
  'a run goes on in a copy of its database, as a backup is one, where the original stood',
  patience,
  async () => {
    const runId = 'five';
    await harness.send({
      sessionId: 'parked-too',
      messageId: runId,
      text: 'pay',
      principal: customer,
    });
    const waiting = async () => (await harness.approvals.list('larkspur', 'parked-too'))[0];
    await expect.poll(waiting).toBeDefined();
    await server.close();
    await harness.close();
    await database.close();
    database = await openHarnessDatabase({
      kind: 'postgres',
      url: await postgres.createDatabase('restored', 'away'),
    });
    harness = await openHarness();
    server = await startServer({ harness, access: { kind: 'development', principal: customer } });
    const { approvalId = '' } = (await waiting()) ?? {};
    await harness.approvals.decide({ approvalId, by: ana, verdict: 'approve', reason: 'fine' });
    expect(await harness.outcome(runId)).toMatchObject({ kind: 'answered', text: 'Paid.' });
    expect(paid).toEqual([`parked-too/${runId}/pay#1`]);
  },
);
