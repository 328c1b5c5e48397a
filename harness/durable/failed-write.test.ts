import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { systemHost } from '../host/host.ts';
import { jsonLines } from '../host/log.ts';
import type { Database } from '../storage/open-database.ts';
import { sqlApprovalStore } from '../storage/sql-approval-store.ts';
import { sqlKeyStore } from '../storage/sql-key-store.ts';
import { sqlSessionStore } from '../storage/sql-session-store.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';

// A write that the database refuses, with something of a customer's in it: nobody who is told of it is told that.

const canary = 'canary-quiet-harbour';
const amara = { id: 'cus_amara', role: 'customer', tenant: 'maple' };

/** What anybody could print of an error: message, stack, every property, hidden ones and the causes' too. */
const shown = (error: unknown): string =>
  inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null });

const errorOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => {
      throw new TypeError('the database took it');
    },
    (error: unknown) => error,
  );

const approval = {
  approvalId: canary,
  tenant: 'maple',
  sessionId: 's',
  runId: 'r',
  callId: 'c',
  tool: 'pay',
  arguments: { note: canary },
  stateVersion: '1',
  requestedBy: 'cus_amara',
  roles: ['billing_agent'],
  reason: 'much',
  requestedAt: 0,
  expiresAt: 1,
};
const key = { keyId: canary, hash: canary, kind: 'person', principal: amara } as const;

describe.each(Object.entries(testDatabases))('on %s', (_name, openTestDatabase) => {
  let database: Database;
  let harness: Harness;
  const lines: string[] = [];
  beforeAll(async () => {
    database = await openTestDatabase();
    const log = await jsonLines({ write: (line) => lines.push(line) }, (text) => text);
    harness = await createHarness({
      agents: [
        defineAgent({
          name: 'desk',
          prompt: definePrompt('desk', 'Answer.'),
          tools: [],
          handoffs: [],
          turnLimit: 5,
        }),
      ],
      entry: 'desk',
      model: scriptedModel({
        name: 'one answer',
        plays: [{ name: 'answer', when: () => true, answer: () => ({ text: 'Hello.' }) }],
      }),
      backing: await durableBacking({
        database,
        identity: { application: 'failed-write', version: '1', executorId: 'one' },
      }),
      host: { ...systemHost(), log },
    });
    await database.pool.query(`
      alter table groundhog.approvals add constraint refused_approval
        check (arguments::text not like '%${canary}%');
      alter table groundhog.events add constraint refused_event
        check (fact::text not like '%${canary}%')`);
  }, 60_000);
  afterAll(async () => {
    await harness.close();
    await database.close();
  });

  test('a key that is taken, a row against a rule, a value that does not fit: the error names the rule and no value', async () => {
    const keys = sqlKeyStore(database.pool);
    await keys.add(key);
    const text = `${canary}\u0000`;
    const fact = { type: 'message-received', text, principal: amara, receivedAt: 0 } as const;
    const drafts = [{ runId: 'r', step: 'receive-message', ordinal: 0, fact }];
    const errors = [
      await errorOf(keys.add(key)),
      await errorOf(sqlApprovalStore(database.pool).request(approval)),
      await errorOf(sqlSessionStore(database.pool).appendEvents('s', drafts)),
    ];
    expect(errors).toMatchObject([
      { code: '23505', table: 'api_keys', constraint: 'api_keys_pkey' },
      { code: '23514', table: 'approvals', constraint: 'refused_approval' },
      { code: '22P05' },
    ]);
    for (const error of errors) expect(shown(error)).not.toContain(canary);
  });

  test('the database itself tells the values: without the stores they would be in what is shown', async () => {
    const taken = 'insert into groundhog.api_keys select * from groundhog.api_keys';
    expect(shown(await errorOf(database.pool.query(taken)))).toContain(canary);
    const unfit = database.pool.query('select $1::jsonb', [`{"text": "${canary}\\u0000"}`]);
    expect(shown(await errorOf(unfit))).toContain(canary);
  });

  test('a run that such a write ends keeps what it failed of, and neither what DBOS keeps of it nor the log has the value', async () => {
    await harness.send({ sessionId: 'f', messageId: 'f/1', text: canary, principal: amara });
    const error = await errorOf(harness.outcome('f/1'));
    expect(shown(error)).toContain('refused_event');
    expect(shown(error)).not.toContain(canary);
    const { rows } = await database.pool.query('select error from dbos.workflow_output');
    expect(rows).toEqual([{ error: expect.stringContaining('refused_event') }]);
    expect(JSON.stringify(rows)).not.toContain(canary);
    const steps = await database.pool.query(
      'select error from dbos.operation_outputs where error is not null',
    );
    expect(JSON.stringify(steps.rows)).not.toContain(canary);
    expect(lines.join('')).not.toContain(canary);
  });
});
