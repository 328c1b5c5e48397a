import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Backing, createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import type { Principal } from '../session/event.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import type { Play } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';
import { defineTool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// A message that arrives during a run, on memory, PGlite and PostgreSQL: read by the run in progress or answered in its turn,
// never lost, never answered twice, and nothing it might forbid is done before it is read.

const bo = { id: 'cus_bo', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };

/** Waits where it stands until it is opened; says when somebody is there. */
function gate(): {
  readonly pass: () => Promise<void>;
  readonly reached: Promise<void>;
  readonly open: () => void;
} {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    reached.resolve();
    return opened.promise;
  };
  return { pass, reached: reached.promise, open: opened.resolve };
}

interface Backend {
  readonly backing: () => Promise<Backing>;
  readonly close: () => Promise<void>;
}

async function durable(kind: keyof typeof testDatabases): Promise<Backend> {
  const database = await testDatabases[kind]();
  const identity = { application: 'steering', version: 'v1', executorId: 'one' };
  return {
    backing: () => durableBacking({ database, identity, recoveryPollingMs: 5 }),
    close: database.close,
  };
}

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  memory: async () => ({ backing: async () => memoryBacking(), close: async () => undefined }),
  PGlite: () => durable('PGlite'),
  PostgreSQL: () => durable('PostgreSQL'),
};

const told = (pattern: RegExp): Play['when'] => {
  return ({ messages }) => messages.some((each) => each.role === 'user' && pattern.test(each.text));
};

const once = (tool: string, calls: Play['answer'], when: Play['when'] = () => true): Play => ({
  name: tool,
  when: (conversation) =>
    when(conversation) &&
    !conversation.messages.some(
      (each) => each.role === 'assistant' && each.calls.some((call) => call.tool === tool),
    ),
  answer: calls,
});
const correction = /the cable/;
const lookAndAct = (act: string): Play =>
  once('lookUp', () => ({
    calls: [
      { tool: 'lookUp', input: { order: 'lamp' } },
      { tool: act, input: { order: 'lamp' } },
    ],
  }));
const actOnCable = (act: string): Play => ({
  name: 'the cable then',
  when: (conversation) =>
    told(correction)(conversation) &&
    !conversation.messages.some(
      (each) => each.role === 'tool' && each.tool === act && !each.isError,
    ),
  answer: () => ({ calls: [{ tool: act, input: { order: 'cable' } }] }),
});
const done: Play = { name: 'done', when: () => true, answer: () => ({ text: 'Done.' }) };

describe.each(Object.entries(backends))('a message during a run, on %s', (_name, openBackend) => {
  let backend: Backend;
  let harness: Harness;
  let paid: string[] = [];
  let noted: string[] = [];
  beforeAll(async () => {
    backend = await openBackend();
  }, 60_000);
  afterEach(() => harness.close());
  afterAll(() => backend.close());

  async function open(
    plays: readonly Play[],
    hold: Readonly<Partial<Record<'turn' | 'lookUp' | 'pay', () => Promise<void>>>> = {},
  ): Promise<void> {
    paid = [];
    noted = [];
    const order = z.object({ order: z.string() });
    const common = {
      version: '1',
      owner: 'tests',
      agents: ['billing'],
      input: order,
      output: order,
    };
    const tools = [
      defineTool({
        ...common,
        name: 'lookUp',
        description: 'Looks an order up.',
        effect: 'read',
        execute: async (input) => {
          await hold.lookUp?.();
          return input;
        },
      }),
      defineTool({
        ...common,
        name: 'pay',
        description: 'Pays an order back.',
        effect: 'keyed',
        execute: async (input) => {
          await hold.pay?.();
          paid.push(input.order);
          return input;
        },
      }),
      defineTool({
        ...common,
        name: 'payApproved',
        description: 'Pays an order back when a person has agreed.',
        effect: 'keyed',
        approval: async () => ({ roles: ['billing_agent'], reason: 'always', stateVersion: '1' }),
        execute: async (input) => {
          paid.push(input.order);
          return input;
        },
      }),
      defineTool({
        ...common,
        name: 'note',
        description: 'Writes a note.',
        effect: 'transactional',
        execute: async (input, { records }) => {
          noted.push(input.order);
          await records.put({ collection: 'notes', key: input.order, value: true });
          return input;
        },
      }),
    ];
    const prompt = definePrompt('billing', 'You bill.');
    const model = scriptedModel({ name: 'clerk', plays });
    harness = await createHarness({
      agents: [defineAgent({ name: 'billing', prompt, tools, handoffs: [], turnLimit: 6 })],
      entry: 'billing',
      model: {
        ...model,
        doStream: async (call) => {
          await hold.turn?.();
          return model.doStream(call);
        },
      },
      backing: await backend.backing(),
    });
  }

  async function send(
    sessionId: string,
    run: number,
    said: { readonly text: string; readonly mode?: 'queue' | 'steer'; readonly by?: Principal },
  ): Promise<string> {
    const { text, mode = 'queue', by: principal = bo } = said;
    const messageId = `${sessionId}/${run}`;
    await harness.send({ sessionId, messageId, text, principal, mode });
    while (!(await harness.savedSteps(messageId)).includes('receive-message')) await pause(2);
    return messageId;
  }

  async function story(sessionId: string): Promise<readonly string[]> {
    return (await harness.events(sessionId)).map(({ runId, fact }) => {
      const run = runId.slice(sessionId.length + 1);
      if (fact.type === 'tool-failed') return `${run} ${fact.tool} ${fact.error.code}`;
      if (fact.type === 'message-steered')
        return `${run} reads "${fact.text}" of ${fact.messageId}`;
      if (fact.type === 'run-steered') return `${run} was read by ${fact.takenBy}`;
      if (fact.type === 'run-completed') return `${run} says "${fact.text}"`;
      if (fact.type === 'message-received') return `${run} hears "${fact.text}"`;
      return `${run} ${fact.type}${'tool' in fact ? ` ${fact.tool}` : ''}`;
    });
  }

  test.for(['pay', 'note'])(
    'steers it: the %s that was asked for before is not begun, and the model decides again',
    async (act) => {
      const sessionId = `steered-${act}`;
      const looking = gate();
      await open([lookAndAct(act), actOnCable(act), done], { lookUp: looking.pass });
      const first = await send(sessionId, 1, { text: 'Refund the lamp' });
      await looking.reached;
      const second = await send(sessionId, 2, { text: 'Sorry, the cable', mode: 'steer' });
      // Delivered twice it is one.
      await send(sessionId, 2, { text: 'Sorry, the cable', mode: 'steer' });
      looking.open();
      expect(await harness.outcome(first)).toMatchObject({ kind: 'answered', text: 'Done.' });
      expect(await harness.outcome(second)).toEqual({ kind: 'steered', takenBy: first });
      expect(act === 'pay' ? paid : noted).toEqual(['cable']);
      expect(await story(sessionId)).toEqual([
        '1 hears "Refund the lamp"',
        '1 run-started',
        '1 model-turn-completed',
        '1 tool-requested lookUp',
        `1 tool-requested ${act}`,
        '1 tool-completed lookUp',
        `1 ${act} MESSAGE_ARRIVED`,
        `1 reads "Sorry, the cable" of ${second}`,
        '1 model-turn-completed',
        `1 tool-requested ${act}`,
        `1 tool-completed ${act}`,
        '1 model-turn-completed',
        '1 says "Done."',
        '2 was read by ' + first,
      ]);
    },
  );

  test('queues without asking to steer: the run does what it was doing, then the message is answered', async () => {
    const looking = gate();
    await open([lookAndAct('pay'), actOnCable('pay'), done], { lookUp: looking.pass });
    const first = await send('queued', 1, { text: 'Refund the lamp' });
    await looking.reached;
    const second = await send('queued', 2, { text: 'And the cable' });
    looking.open();
    expect(await harness.outcome(second)).toMatchObject({ kind: 'answered' });
    expect(await harness.outcome(first)).toMatchObject({ kind: 'answered' });
    expect(paid[0]).toBe('lamp');
    const lines = await story('queued');
    expect(lines.indexOf('2 hears "And the cable"')).toBe(lines.indexOf('1 says "Done."') + 1);
  });

  test('that comes when the last turn has looked already is answered in its turn, once', async () => {
    const speaking = gate();
    await open([done], { turn: speaking.pass });
    const first = await send('boundary', 1, { text: 'Refund the lamp' });
    await speaking.reached;
    const second = await send('boundary', 2, { text: 'Sorry, the cable', mode: 'steer' });
    speaking.open();
    expect(await harness.outcome(first)).toMatchObject({ kind: 'answered' });
    expect(await harness.outcome(second)).toMatchObject({ kind: 'answered' });
    expect((await story('boundary')).filter((line) => line.includes('the cable'))).toEqual([
      '2 hears "Sorry, the cable"',
    ]);
  });

  test('does not undo an effect that has begun: it is finished, and the next turn reads the message', async () => {
    const paying = gate();
    await open(
      [once('pay', () => ({ calls: [{ tool: 'pay', input: { order: 'lamp' } }] })), done],
      {
        pay: paying.pass,
      },
    );
    const first = await send('begun', 1, { text: 'Refund the lamp' });
    await paying.reached;
    const second = await send('begun', 2, { text: 'Sorry, the cable', mode: 'steer' });
    paying.open();
    expect(await harness.outcome(second)).toEqual({ kind: 'steered', takenBy: first });
    expect(paid).toEqual(['lamp']);
    const lines = await story('begun');
    expect(lines).toContain('1 tool-completed pay');
    expect(lines.indexOf('1 tool-completed pay')).toBeLessThan(
      lines.indexOf(`1 reads "Sorry, the cable" of ${second}`),
    );
  });

  test('of another principal steers nothing: the session is not theirs', async () => {
    const looking = gate();
    await open([lookAndAct('pay'), done], { lookUp: looking.pass });
    const first = await send('stranger', 1, { text: 'Refund the lamp' });
    await looking.reached;
    const by = { ...bo, id: 'cus_eve' };
    const second = await send('stranger', 2, { text: 'No, the cable', mode: 'steer', by });
    looking.open();
    expect(await harness.outcome(second)).toMatchObject({
      kind: 'failed',
      error: { code: 'SESSION_MISSING' },
    });
    expect(await harness.outcome(first)).toMatchObject({ kind: 'answered' });
    expect(paid).toEqual(['lamp']);
    expect(JSON.stringify(await harness.events('stranger'))).not.toContain('the cable');
  });

  test('is read by one run only, however many there are behind', async () => {
    const looking = gate();
    await open([lookAndAct('pay'), actOnCable('pay'), done], { lookUp: looking.pass });
    const first = await send('several', 1, { text: 'Refund the lamp' });
    await looking.reached;
    const queued = await send('several', 2, { text: 'Thanks' });
    const steering = await send('several', 3, { text: 'Sorry, the cable', mode: 'steer' });
    const last = await send('several', 4, { text: 'Bye' });
    looking.open();
    expect(await harness.outcome(last)).toMatchObject({ kind: 'answered' });
    expect(await harness.outcome(queued)).toMatchObject({ kind: 'answered' });
    expect(await harness.outcome(steering)).toEqual({ kind: 'steered', takenBy: first });
    expect((await story('several')).filter((line) => line.includes('the cable'))).toEqual([
      `1 reads "Sorry, the cable" of ${steering}`,
    ]);
  });

  test('that a failing turn has read is not lost: it is answered in its turn', async () => {
    const looking = gate();
    let isBroken = false;
    await open(
      [
        lookAndAct('pay'),
        {
          name: 'breaks',
          when: (conversation) => told(correction)(conversation) && !isBroken,
          answer: () => {
            isBroken = true;
            throw new TypeError('the model is gone');
          },
        },
        done,
      ],
      { lookUp: looking.pass },
    );
    const first = await send('failing', 1, { text: 'Refund the lamp' });
    await looking.reached;
    const second = await send('failing', 2, { text: 'Sorry, the cable', mode: 'steer' });
    looking.open();
    expect(await harness.outcome(first)).toMatchObject({ kind: 'failed' });
    expect(await harness.outcome(second)).toMatchObject({ kind: 'answered' });
    expect((await story('failing')).filter((line) => line.includes('the cable'))).toEqual([
      '2 hears "Sorry, the cable"',
    ]);
  });

  test('withdraws what a person was being asked, and the model decides again', async () => {
    await open([
      once('payApproved', () => ({ calls: [{ tool: 'payApproved', input: { order: 'lamp' } }] })),
      done,
    ]);
    const first = await send('asking', 1, { text: 'Refund the lamp' });
    while ((await harness.approvals.list('larkspur', 'asking')).length === 0) await pause(2);
    const second = await send('asking', 2, { text: 'Forget it, the cable', mode: 'steer' });
    expect(await harness.outcome(second)).toEqual({ kind: 'steered', takenBy: first });
    const [asked] = await harness.approvals.list('larkspur', 'asking');
    expect(asked?.status).toBe('cancelled');
    const decision = { by: ana, verdict: 'approve', reason: 'late' } as const;
    await expect(
      harness.approvals.decide({ approvalId: asked?.approvalId ?? '', ...decision }),
    ).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
    expect(paid).toEqual([]);
    expect(await story('asking')).toContain('1 payApproved MESSAGE_ARRIVED');
  });

  test.for(['pay', 'note'])(
    'is not needed to stop it: in a run that is cancelled the %s that was asked for before is not begun',
    async (act) => {
      const sessionId = `cancelled-${act}`;
      const looking = gate();
      await open([lookAndAct(act), done], { lookUp: looking.pass });
      const first = await send(sessionId, 1, { text: 'Refund the lamp' });
      await looking.reached;
      await harness.cancel(sessionId, first);
      looking.open();
      expect(await harness.outcome(first)).toMatchObject({ kind: 'cancelled', done: [] });
      expect([...paid, ...noted]).toEqual([]);
      expect((await story(sessionId)).slice(-3)).toEqual([
        '1 tool-completed lookUp',
        `1 ${act} RUN_CANCELLED`,
        '1 run-cancelled',
      ]);
    },
  );
});
