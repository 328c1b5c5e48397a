import type { Pool } from 'pg';
import { z } from 'zod';
import type { ErasedSession, RetentionStore } from '../safety/retention.ts';
import { drizzle, sql } from './drizzle.ts';
import { approvals, events, findings, records, sessions, summaries, textDeltas } from './schema.ts';
import { erasures as notes } from './sql-control-records.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** Deletes sessions from the database, each in one statement. */
export function sqlRetentionStore(pool: Pool): RetentionStore {
  const database = drizzle(pool);
  return {
    candidates: async (createdBeforeMs) => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          select session_id as "sessionId", latest_run_id as "latestRunId", exists (
            select from ${approvals} approval
            where approval.session_id = session.session_id and approval.status in ('pending', 'approved')
          ) as "isAwaited"
          from ${sessions} session
          where created_at < to_timestamp(${createdBeforeMs}::float8 / 1000)
          order by created_at, session_id`),
      );
      return rows.map((row) => candidateSchema.parse(row));
    },
    erase: async (candidate) => {
      const { rows } = await unwrapQueryError(database.execute(eraseStatement(candidate)));
      return rows.length > 0;
    },
    unfinished: async () => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          select session_id as "sessionId", key, value from ${records}
          where collection = ${notes} order by session_id, key`),
      );
      return rows.map((row) => {
        const { sessionId, key, value } = noteSchema.parse(row);
        return { sessionId, key, ...value };
      });
    },
    finish: async ({ sessionId, key }) => {
      await unwrapQueryError(
        database.execute(sql`
          delete from ${records}
          where session_id = ${sessionId} and collection = ${notes} and key = ${key}`),
      );
    },
  };
}

/** Whatever else is deleted, is deleted because the session's row was; and the note is there if it was. */
function eraseStatement({
  sessionId,
  latestRunId,
  runIds,
}: {
  readonly sessionId: string;
  readonly latestRunId: string | null;
  readonly runIds: readonly string[];
}): ReturnType<typeof sql> {
  const gone = sql`session_id in (select session_id from session)`;
  return sql`
    with session as (
      delete from ${sessions}
      where session_id = ${sessionId} and latest_run_id is not distinct from ${latestRunId}::text
        and not exists (
          select from ${approvals} approval
          where approval.session_id = ${sessionId} and approval.status in ('pending', 'approved')
        )
      returning session_id, tenant, created_at
    ), event as (
      delete from ${events} where ${gone} returning seq, fact->'principal'->>'tenant' as tenant
    ), delta as (
      delete from ${textDeltas} where ${gone} returning 1
    ), record as (
      delete from ${records} where ${gone} and collection <> ${notes} returning 1
    ), approval as (
      delete from ${approvals} where ${gone} returning 1
    ), summary as (
      delete from ${summaries} where ${gone}
    ), finding as (
      delete from ${findings} where ${gone}
    )
    insert into ${records} (tenant, session_id, collection, key, value)
    select tenant, session_id, ${notes}, extract(epoch from created_at)::text, jsonb_build_object(
      'tenant', coalesce(
        nullif(tenant, ''),
        (select event.tenant from event where event.tenant is not null order by seq limit 1),
        'unknown'
      ),
      'runIds', ${JSON.stringify(runIds)}::jsonb,
      'counts', jsonb_build_object(
        'events', (select count(*) from event), 'deltas', (select count(*) from delta),
        'records', (select count(*) from record), 'approvals', (select count(*) from approval)
      )
    )
    from session
    returning key`;
}

const candidateSchema = z.object({
  sessionId: z.string(),
  latestRunId: z.string().nullable(),
  isAwaited: z.boolean(),
});

const noteSchema = z.object({
  sessionId: z.string(),
  key: z.string(),
  value: z.object({
    tenant: z.string(),
    runIds: z.array(z.string()),
    counts: z.object({
      events: z.number(),
      deltas: z.number(),
      records: z.number(),
      approvals: z.number(),
    }),
  }),
}) satisfies z.ZodType<Pick<ErasedSession, 'sessionId' | 'key'>>;
