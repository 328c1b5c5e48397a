import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyRetention, type RetentionReport } from '../safety/retention.ts';
import type { RunArchive } from '../session/run-archive.ts';
import { testDatabases } from '../testing/test-databases.ts';
import type { Database } from './open-database.ts';
import { sqlAuditStore } from './sql-audit-store.ts';
import { sqlRetentionStore } from './sql-retention-store.ts';
import { sqlSessionStore, sqlSessionTransaction } from './sql-session-store.ts';

const dayMs = 86_400_000;
const nowMs = 1_763_642_565_000;
const none = { sessions: [], runs: 0, events: 0, deltas: 0, records: 0, approvals: 0 };

/** Every session has had one run, which has settled unless it is named. */
const archiveOf = (busy: readonly string[] = []): RunArchive => ({
  runsOf: async (sessionId) => [
    { runId: `${sessionId}-run`, isSettled: !busy.includes(sessionId) },
  ],
  forget: async () => undefined,
});

describe.each(Object.entries(testDatabases))('retention in %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(() => database.close());

  /** A session with one run, an event, a delta and a record, as old as told. */
  async function session(sessionId: string, ageDays: number): Promise<void> {
    const client = await database.pool.connect();
    await client.query('begin');
    const transaction = sqlSessionTransaction(client, { sessionId });
    const principal = { id: 'cus', role: 'customer', tenant: 'maple' };
    await transaction.admitRun({ runId: `${sessionId}-run`, principal });
    await client.query(
      `insert into groundhog.summaries (tenant, session_id, epoch, version, run_id, step, upto_seq, text, commitments,
         tokens_before, tokens_after) values ('maple', $1, 1, 1, 'run', 'fold', 1, '', '[]', 2, 1)`,
      [sessionId],
    );
    await client.query(
      `insert into groundhog.findings (tenant, session_id, run_id, sub_agent, finding) values ('maple', $1, 'run', 'a', '{}')`,
      [sessionId],
    );
    await transaction.put({ collection: 'drafts', key: 'a', value: 1 });
    await client.query('commit');
    client.release();
    const store = sqlSessionStore(database.pool);
    const turn = { runId: `${sessionId}-run`, step: 'model#1' };
    const fact = { type: 'run-completed', agent: 'billing', text: 'done' } as const;
    await store.appendEvents(sessionId, [{ ...turn, ordinal: 0, fact }]);
    await store.appendDelta({ ...turn, sessionId, attempt: 1, ordinal: 0, text: 'done' });
    await database.pool.query(
      'update groundhog.sessions set created_at = to_timestamp($2::float8 / 1000) where session_id = $1',
      [sessionId, nowMs - ageDays * dayMs],
    );
  }

  async function approval(sessionId: string, status: string): Promise<void> {
    await database.pool.query(
      `insert into groundhog.approvals (approval_id, tenant, session_id, run_id, call_id, tool, arguments, arguments_hash,
         state_version, requested_by, roles, reason, status, requested_at, expires_at)
       values ($1, 'maple', $1, 'run', 'call', 'issueRefund', '{}', '', '', 'cus', '{lead}', '', $2, now(), now())`,
      [sessionId, status],
    );
  }

  async function left(): Promise<readonly string[]> {
    const { rows } = await database.pool.query<{ session_id: string }>(
      'select session_id from groundhog.sessions order by 1',
    );
    return rows.map((row) => row.session_id);
  }

  const retain = (days: number, archive = archiveOf()): Promise<RetentionReport> =>
    applyRetention(
      {
        store: sqlRetentionStore(database.pool),
        archive,
        audit: sqlAuditStore(database.pool),
      },
      { days, nowMs },
    );

  async function empty(): Promise<void> {
    await database.pool.query(
      `truncate groundhog.sessions, groundhog.events, groundhog.text_deltas, groundhog.records, groundhog.approvals,
         groundhog.summaries, groundhog.findings`,
    );
  }

  test('deletes all of a session that is too old, and nothing else', async () => {
    await empty();
    await session('old', 31);
    await approval('old', 'consumed');
    await session('young', 29);
    expect(await retain(30)).toEqual({
      sessions: ['old'],
      runs: 1,
      events: 1,
      deltas: 1,
      records: 1,
      approvals: 1,
      kept: [],
    });
    expect(await left()).toEqual(['young']);
    const store = sqlSessionStore(database.pool);
    expect(await store.readEvents('old', 0)).toEqual([]);
    expect(await store.readEvents('young', 0)).toHaveLength(1);
    expect(await store.readDeltas('young')).toHaveLength(1);
    expect(await store.readRecords('young')).toHaveLength(1);
    const { rows } = await database.pool.query(
      'select session_id from groundhog.summaries union all select session_id from groundhog.findings',
    );
    expect(rows).toEqual([{ session_id: 'young' }, { session_id: 'young' }]);
    expect(await retain(30)).toEqual({ ...none, kept: [] });
  });

  test('keeps what is old and in use, until it no longer is', async () => {
    await empty();
    for (const name of ['pending', 'approved', 'running', 'done']) await session(name, 31);
    await approval('pending', 'pending');
    await approval('approved', 'approved');
    await approval('done', 'rejected');
    const report = await retain(30, archiveOf(['running']));
    expect(report).toMatchObject({ sessions: ['done'], approvals: 1 });
    expect(report.kept.toSorted()).toEqual(['approved', 'pending', 'running']);
    expect(await left()).toEqual(['approved', 'pending', 'running']);
    await database.pool.query(`update groundhog.approvals set status = 'expired'`);
    const rest = ['approved', 'pending', 'running'];
    expect(await retain(30)).toMatchObject({ sessions: rest, kept: [] });
  });

  test('keeps a session to which a run was admitted meanwhile', async () => {
    await empty();
    await session('revived', 31);
    const report = await retain(30, {
      ...archiveOf(),
      runsOf: async () => {
        await database.pool.query(`update groundhog.sessions set latest_run_id = 'another'`);
        return [];
      },
    });
    expect(report).toEqual({ ...none, kept: ['revived'] });
    expect(await left()).toEqual(['revived']);
  });

  test('keeps the audit', async () => {
    await empty();
    await session('audited', 31);
    const audit = sqlAuditStore(database.pool);
    const row = await audit.append(
      {
        tenant: 'maple',
        key: 'audited',
        actor: 'cus_amara',
        action: 'tool-called',
        subject: 'issueRefund',
        isAllowed: true,
        reason: '',
        detail: null,
      },
      0,
    );
    expect(await retain(30)).toMatchObject({ sessions: ['audited'] });
    expect(await audit.read('maple', row.seq - 1)).toEqual([
      row,
      expect.objectContaining({ action: 'session-deleted', subject: 'audited' }),
    ]);
  });

  test('refuses to delete everything by a number that is none', async () => {
    await expect(retain(0)).rejects.toThrow(RangeError);
    await expect(retain(Number.NaN)).rejects.toThrow(RangeError);
  });
});
