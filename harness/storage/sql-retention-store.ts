import type { Pool } from 'pg';
import { z } from 'zod';
import type { RetentionStore } from '../safety/retention.ts';
import { drizzle, sql } from './drizzle.ts';
import { approvals, events, records, sessions, textDeltas } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** Deletes sessions from the database, each in one statement. */
export function sqlRetentionStore(pool: Pool): RetentionStore {
  const database = drizzle(pool);
  return {
    candidates: async (createdBeforeMs) => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          select session_id as "sessionId", latest_run_id as "latestRunId" from ${sessions}
          where created_at < to_timestamp(${createdBeforeMs}::float8 / 1000)
          order by created_at, session_id`),
      );
      return rows.map((row) => candidateSchema.parse(row));
    },
    erase: async ({ sessionId, latestRunId }) => {
      const { rows } = await unwrapQueryError(
        database.execute(eraseStatement(sessionId, latestRunId)),
      );
      const counts = countsSchema.parse(rows[0]);
      return counts.sessions === 0 ? undefined : counts;
    },
  };
}

/** Whatever else is deleted, is deleted because the session's row was. */
function eraseStatement(sessionId: string, latestRunId: string | null): ReturnType<typeof sql> {
  return sql`
    with session as (
      delete from ${sessions}
      where session_id = ${sessionId} and latest_run_id is not distinct from ${latestRunId}::text
        and not exists (
          select from ${approvals} approval
          where approval.session_id = ${sessionId} and approval.status in ('pending', 'approved')
        )
      returning session_id
    ), event as (
      delete from ${events} where session_id in (select session_id from session) returning 1
    ), delta as (
      delete from ${textDeltas} where session_id in (select session_id from session) returning 1
    ), record as (
      delete from ${records} where session_id in (select session_id from session) returning 1
    ), approval as (
      delete from ${approvals} where session_id in (select session_id from session) returning 1
    )
    select (select count(*) from session) as sessions, (select count(*) from event) as events,
      (select count(*) from delta) as deltas, (select count(*) from record) as records,
      (select count(*) from approval) as approvals`;
}

const candidateSchema = z.object({ sessionId: z.string(), latestRunId: z.string().nullable() });

const countsSchema = z.object({
  sessions: z.coerce.number(),
  events: z.coerce.number(),
  deltas: z.coerce.number(),
  records: z.coerce.number(),
  approvals: z.coerce.number(),
});
