import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { type Host, systemHost } from '../host/host.ts';
import type { SessionExpiry } from '../session/session-expiry.ts';
import type { Database } from '../storage/open-database.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { payTool } from '../testing/pay-tool.ts';
import { lastToolResult } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';

const hana = { id: 'cus_hana', role: 'customer', tenant: 'maple' };
const lena = { id: 'emp_lena', role: 'billing_agent', tenant: 'maple' };
const minutes = 60_000;

let paid: string[] = [];
const pay = payTool((key) => paid.push(key), { asks: true });

/** "pay" asks for approval; what came of it is said, and everything else is answered with "Here." */
const model = scriptedModel({
  name: 'pays when asked',
  plays: [
    {
      name: 'told',
      when: (conversation) => lastToolResult(conversation, 'pay') !== undefined,
      answer: (conversation) => ({ text: JSON.stringify(lastToolResult(conversation, 'pay')) }),
    },
    {
      name: 'pay',
      when: ({ messages }) => JSON.stringify(messages.at(-1)).includes('pay'),
      answer: () => ({ calls: [{ tool: 'pay', input: {} }] }),
    },
    { name: 'here', when: () => true, answer: () => ({ text: 'Here.' }) },
  ],
});

const places: Readonly<Record<string, () => Promise<Database | undefined>>> = {
  memory: async () => undefined,
  ...testDatabases,
};

describe.each(Object.entries(places))('in %s', { timeout: 60_000 }, (name, openPlace) => {
  let database: Database | undefined;
  let harness: Harness;
  let sessionId = '';
  let count = 0;
  let shiftMs = 0;
  beforeAll(async () => {
    database = await openPlace();
  }, 60_000);
  afterAll(() => database?.close());
  beforeEach(() => {
    count += 1;
    sessionId = `s${count}`;
    shiftMs = 0;
    paid = [];
  });
  afterEach(() => harness.close());

  const open = async (expiry?: SessionExpiry): Promise<void> => {
    const system = systemHost();
    const host: Host = {
      ...system,
      clock: { ...system.clock, now: () => system.clock.now() + shiftMs },
    };
    harness = await createHarness({
      agents: [
        defineAgent({
          name: 'billing',
          prompt: definePrompt('billing', 'You bill.'),
          tools: [pay],
          handoffs: [],
          turnLimit: 4,
        }),
      ],
      entry: 'billing',
      model,
      host,
      backing:
        database === undefined
          ? memoryBacking(host)
          : await durableBacking({
              database,
              identity: { application: 'expiry', version: '1', executorId: 'one' },
              recoveryPollingMs: 5,
            }),
      ...(expiry === undefined ? {} : { expiry }),
    });
  };

  /** Time goes by, for the process and for the database. */
  const pass = async (durationMs: number): Promise<void> => {
    shiftMs += durationMs;
    await database?.pool.query(
      `update groundhog.sessions
       set active_at = active_at - $1::float8 * interval '1 millisecond',
         created_at = created_at - $1::float8 * interval '1 millisecond'`,
      [durationMs],
    );
  };

  const send = (message: string, text = 'hello'): Promise<string> =>
    harness.send({ sessionId, messageId: `${sessionId}/${message}`, text, principal: hana });
  const say = async (message: string, text?: string) => harness.outcome(await send(message, text));

  async function park(): Promise<string> {
    await send('1', 'pay me');
    for (let tries = 0; tries < 400; tries += 1) {
      const [asked] = await harness.approvals.list('maple', sessionId);
      if (asked !== undefined) return asked.approvalId;
      await pause(10);
    }
    throw new Error('nobody was asked');
  }

  const told = async (type: string) =>
    (await harness.events(sessionId)).filter(({ fact }) => fact.type === type);

  /** What became of the run that waited, of what it asked, and of the session. */
  async function endOfWaiting(): Promise<unknown> {
    const outcome = await harness.outcome(`${sessionId}/1`);
    const [asked] = await harness.approvals.list('maple', sessionId);
    return {
      answer: outcome.kind === 'answered' ? outcome.text : outcome.kind,
      told: [...(await told('session-expired')), ...(await told('approval-decided'))].map(
        ({ fact }) => fact,
      ),
      approval: asked?.status,
      paid,
      next: await send('2').catch((error: unknown) => error),
    };
  }

  const ranOut = {
    answer: expect.stringContaining('before the session expired'),
    told: [
      expect.objectContaining({ type: 'session-expired', cause: 'idle' }),
      expect.objectContaining({ verdict: 'expired', reason: 'the session expired' }),
    ],
    approval: 'expired',
    paid: [],
    next: expect.objectContaining({ code: 'SESSION_EXPIRED' }),
  };

  test('a session in which nobody has spoken for too long takes no message, says since when, and says so once', async () => {
    await open({ idleMs: 30 * minutes });
    await say('1');
    await pass(20 * minutes);
    await say('2');
    await pass(20 * minutes);
    await say('3');
    expect(await told('session-expired')).toEqual([]);
    const before = await harness.events(sessionId);
    await pass(31 * minutes);
    const tries = await Promise.allSettled(['4', '5', '6', '7'].map((each) => send(each)));
    const [expired, ...others] = await told('session-expired');
    expect(others).toEqual([]);
    expect(expired).toMatchObject({
      seq: before.length + 1,
      fact: { type: 'session-expired', cause: 'idle', expiredAt: expect.any(Number) },
    });
    const { fact } = expired ?? {};
    const expiredAt = fact?.type === 'session-expired' ? fact.expiredAt : Number.NaN;
    for (const each of tries) {
      expect(each).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'SESSION_EXPIRED',
          expiredAt,
          message: expect.stringContaining(new Date(expiredAt).toISOString()),
        },
      });
    }
    expect(await send('3')).toBe(`${sessionId}/3`);
    expect(await harness.events(sessionId)).toHaveLength(before.length + 1);
    sessionId = `${sessionId}-anew`;
    expect(await say('1')).toMatchObject({ kind: 'answered' });
  });

  test('a session that has lasted as long as one may is over, however much is said in it', async () => {
    await open({ idleMs: 30 * minutes, lifetimeMs: 60 * minutes });
    for (const message of ['1', '2', '3']) {
      await say(message);
      await pass(21 * minutes);
    }
    await expect(send('4')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await told('session-expired')).toMatchObject([{ fact: { cause: 'lifetime' } }]);
  });

  test('without a limit a session is never over', async () => {
    await open();
    await say('1');
    await pass(1000 * 24 * 60 * minutes);
    expect(await say('2')).toMatchObject({ kind: 'answered' });
    expect(await told('session-expired')).toEqual([]);
  });

  test('what a person is asked expires with its session, and a yes that comes later finds it so', async () => {
    await open({ idleMs: 30 * minutes });
    const approvalId = await park();
    await pass(31 * minutes);
    // By the process's own clock no time has gone by: the person is the first to ask the database.
    if (database !== undefined) shiftMs = 0;
    const decision = { approvalId, by: lena, verdict: 'approve' as const, reason: 'fine' };
    await expect(harness.approvals.decide(decision)).rejects.toMatchObject({
      code: 'APPROVAL_DECIDED',
      message: expect.stringContaining('expired'),
    });
    expect(await endOfWaiting()).toEqual(ranOut);
  });

  test('the call that waits finds by itself that its session is over', async () => {
    await open({ idleMs: 30 * minutes });
    await park();
    await pass(31 * minutes);
    expect(await endOfWaiting()).toEqual(ranOut);
  });

  test.skipIf(name === 'memory')(
    'a session that ran out while nobody served it is over for the next life',
    async () => {
      await open({ idleMs: 30 * minutes });
      await park();
      await harness.close();
      await pass(31 * minutes);
      await open({ idleMs: 30 * minutes });
      expect(await endOfWaiting()).toEqual(ranOut);
    },
  );

  test('an approval in time is carried out, though the session is over by then', async () => {
    await open({ idleMs: 30 * minutes });
    const approvalId = await park();
    const decision = { approvalId, by: lena, verdict: 'approve' as const, reason: 'fine' };
    await harness.approvals.decide(decision);
    await pass(31 * minutes);
    await harness.outcome(`${sessionId}/1`);
    expect(paid).toEqual([approvalId]);
    await expect(send('2')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  });
});
