import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openRetention } from '../open-retention.ts';
import { verifyAudit } from '../safety/audit.ts';
import { applyRetention, type RetentionParts, type RetentionReport } from '../safety/retention.ts';
import type { Database } from '../storage/open-database.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { testDatabases } from '../testing/test-databases.ts';

// Retention where sessions and runs really are: what a customer said must be nowhere afterwards.

const said = 'my cat is called Bartholomew';
const amara = { id: 'cus_amara', role: 'customer', tenant: 'maple' };

const dies = async (): Promise<never> => {
  throw new Error('died here');
};

describe.each(Object.entries(testDatabases))('on %s', (_name, openTestDatabase) => {
  let database: Database;
  let harness: Harness;
  beforeAll(async () => {
    database = await openTestDatabase();
  }, 60_000);
  afterAll(() => database.close());

  beforeEach(async () => {
    harness = await createHarness({
      agents: [
        defineAgent({
          name: 'desk',
          prompt: definePrompt('desk', 'Answer.'),
          tools: [],
          handoffs: [],
          turnLimit: 2,
        }),
      ],
      entry: 'desk',
      model: scriptedModel({
        name: 'echo',
        plays: [{ name: 'echo', when: () => true, answer: () => ({ text: `So ${said}.` }) }],
      }),
      backing: await durableBacking({
        database,
        identity: { application: 'retention', version: '1', executorId: 'one' },
      }),
    });
  });
  afterEach(async () => {
    await harness.close();
    await database.pool.query('truncate groundhog.sessions, groundhog.events, groundhog.audit');
  });

  async function talk(sessionId: string, ageDays: number): Promise<void> {
    const messageId = `${sessionId}/1`;
    await harness.send({ sessionId, messageId, text: said, principal: amara });
    await harness.outcome(messageId);
    await database.pool.query(
      `update groundhog.sessions set created_at = now() - make_interval(days => $2) where session_id = $1`,
      [sessionId, ageDays],
    );
  }

  /** Names of the tables, whosever they are, in which `text` stands, and in how many rows. */
  async function placesOf(text: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = await database.pool.query<{ place: string }>(
      `select format('%I.%I', table_schema, table_name) as place from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE' order by 1`,
    );
    const found: Record<string, number> = {};
    for (const { place } of rows) {
      const counted = await database.pool.query<{ count: string }>(
        `select count(*) from ${place} each where strpos(each::text, $1) > 0`,
        [text],
      );
      const count = Number(counted.rows[0]?.count);
      if (count > 0) found[place] = count;
    }
    return found;
  }

  async function retain(
    change: (parts: RetentionParts) => Partial<RetentionParts> = () => ({}),
    isDryRun = false,
  ): Promise<RetentionReport> {
    await using parts = await openRetention(database);
    const rules = { days: 30, nowMs: Date.now(), isDryRun };
    return applyRetention({ ...parts, ...change(parts) }, rules);
  }

  test('what was said is nowhere any more, and the audit says that it was deleted', async () => {
    await talk('old', 31);
    await talk('young', 29);
    const places = Object.keys(await placesOf(said));
    expect(places).toEqual(
      expect.arrayContaining(['dbos.operation_outputs', 'dbos.workflow_input', 'groundhog.events']),
    );
    expect(await retain(undefined, true)).toMatchObject({ sessions: ['old'], runs: 0, kept: [] });
    expect(Object.keys(await placesOf(said))).toEqual(places);

    expect(await retain()).toMatchObject({ sessions: ['old'], runs: 1, kept: [] });
    expect(await placesOf('old/1')).toEqual({ 'groundhog.audit': expect.any(Number) });
    expect(await harness.isKnown('young/1')).toBe(true);
    expect(await harness.events('young')).not.toEqual([]);
    const rows = await harness.audit.read('maple', 0);
    expect(rows.at(-1)).toMatchObject({
      actor: 'retention',
      action: 'session-deleted',
      subject: 'old',
      reason: 'older than 30 days',
      detail: { runs: 1 },
    });
    expect(verifyAudit(rows)).toMatchObject({ ok: true });
    expect(await retain()).toMatchObject({ sessions: [], runs: 0 });
    expect(await harness.audit.read('maple', 0)).toEqual(rows);
  });

  test.each<[string, (parts: RetentionParts) => Partial<RetentionParts>]>([
    ['before the session goes', ({ store }) => ({ store: { ...store, erase: dies } })],
    ['before its runs go', ({ archive }) => ({ archive: { ...archive, forget: dies } })],
    [
      'behind its runs',
      ({ archive }) => ({
        archive: { ...archive, forget: (runIds) => archive.forget(runIds).then(dies) },
      }),
    ],
    [
      'behind the audit',
      ({ audit }) => ({
        audit: { append: (entry, recordedAt) => audit.append(entry, recordedAt).then(dies) },
      }),
    ],
    ['before it is finished', ({ store }) => ({ store: { ...store, finish: dies } })],
  ])('a pass that dies %s is finished by the next', async (_moment, change) => {
    await talk('half', 31);
    await expect(retain(change)).rejects.toThrow('died here');
    expect(await retain()).toMatchObject({ sessions: ['half'], runs: 1, kept: [] });
    expect(await placesOf('half/1')).toEqual({ 'groundhog.audit': expect.any(Number) });
    const deleted = (await harness.audit.read('maple', 0)).filter(
      ({ action }) => action === 'session-deleted',
    );
    expect(deleted).toMatchObject([{ subject: 'half', detail: { runs: 1 } }]);
    expect(await retain()).toMatchObject({ sessions: [] });
  });

  test('a session that begins anew under the id of a deleted one is another session', async () => {
    await talk('again', 31);
    await expect(
      retain(({ archive }) => ({ archive: { ...archive, forget: dies } })),
    ).rejects.toThrow('died here');
    await harness.send({
      sessionId: 'again',
      messageId: 'again/2',
      text: 'hello',
      principal: amara,
    });
    await harness.outcome('again/2');
    expect(await retain()).toMatchObject({ sessions: ['again'], runs: 1 });
    expect((await harness.events('again')).map(({ runId }) => runId)).toContain('again/2');
    expect(await harness.isKnown('again/2')).toBe(true);
    expect(await harness.isKnown('again/1')).toBe(false);
  });
});
