import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { type ClearOutcome, type ClearStore, clearedEntry } from '../safety/clear-session.ts';
import { drizzle, sql } from './drizzle.ts';
import { notifying } from './notifications.ts';
import { approvals, events, records, sessions, summaries, textDeltas } from './schema.ts';
import { sqlAuditTransaction } from './sql-audit-store.ts';
import { clearedRuns, keptRecords } from './sql-control-records.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

type Order = Parameters<ClearStore['clear']>[0];

/** Clears sessions in the database, each in one transaction that holds the session's row. */
export function sqlClearStore(pool: Pool): ClearStore {
  return {
    clear: async (order) => {
      const client = await pool.connect();
      try {
        await client.query('begin isolation level read committed');
        const outcome = await clearIn(client, order);
        await client.query('commit');
        return outcome;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

async function clearIn(client: PoolClient, order: Order): Promise<ClearOutcome> {
  const database = drizzle(client);
  const { sessionId, by, now, settledRuns } = order;
  const { rows } = await unwrapQueryError(
    database.execute(sql`
      select epoch, latest_run_id as "latestRunId", exists (
        select from ${approvals} approval
        where approval.session_id = ${sessionId} and approval.status = 'pending'
      ) as "isAwaited"
      from ${sessions} where session_id = ${sessionId} for update`),
  );
  const found = rows.map((row) => sessionSchema.parse(row))[0];
  if (found === undefined) return { kind: 'missing' };
  if (found.isAwaited) return { kind: 'approval-pending' };
  const { latestRunId } = found;
  if (latestRunId !== null && !settledRuns.includes(latestRunId)) return { kind: 'busy' };
  const epoch = found.epoch + 1;
  await unwrapQueryError(database.execute(clearStatement(order, epoch)));
  await sqlAuditTransaction(client).append(clearedEntry({ sessionId, by, epoch }), now);
  return { kind: 'cleared', epoch };
}

/** What a run may still ask about itself is kept: that it was cancelled, which effects it began, that its epoch is over. */
function clearStatement(
  { sessionId, by, settledRuns }: Order,
  epoch: number,
): ReturnType<typeof sql> {
  const fact = { type: 'session-cleared', epoch, by: by.id };
  return sql`
    with event as (
      delete from ${events} where session_id = ${sessionId}
    ), delta as (
      delete from ${textDeltas} where session_id = ${sessionId}
    ), record as (
      delete from ${records}
      where session_id = ${sessionId} and collection <> all(${sql.param(keptRecords)}::text[])
    ), summary as (
      delete from ${summaries} where session_id = ${sessionId}
    ), over as (
      insert into ${records} (tenant, session_id, collection, key, value)
      select ${by.tenant}, ${sessionId}, ${clearedRuns}, run_id, to_jsonb(${epoch}::integer)
      from jsonb_array_elements_text(${JSON.stringify(settledRuns)}::jsonb) as run_id
      on conflict do nothing
    ), session as (
      update ${sessions} set epoch = ${epoch}, cleared_seq = event_count, event_count = event_count + 1
      where session_id = ${sessionId}
      returning tenant, event_count
    )
    insert into ${events} (tenant, session_id, seq, run_id, step, ordinal, fact)
    select tenant, ${sessionId}, event_count, ${`clear#${epoch}`}, 'clear', 0, ${JSON.stringify(fact)}::jsonb
    from session
    returning ${notifying(sessionId)}`;
}

const sessionSchema = z.object({
  epoch: z.number(),
  latestRunId: z.string().nullable(),
  isAwaited: z.boolean(),
});
