import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { factSchema, type SessionEvent, type TextDelta } from '../session/event.ts';
import type { SessionRecord, SessionStore, SessionTransaction } from '../session/session-store.ts';
import { and, asc, drizzle, eq, gt, sql } from './drizzle.ts';
import { events, records, sessions, textDeltas } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** How often an append is tried when another writer of the same session gets in between. */
const appendTryLimit = 5;
const uniqueViolation = '23505';

/** Sessions in the database: S1 to S3 hold for any number of processes. */
export function sqlSessionStore(pool: Pool): SessionStore {
  const database = drizzle(pool);
  return {
    appendEvents: async (sessionId, drafts) => {
      if (drafts.length === 0) return [];
      const rows = JSON.stringify(drafts.map((draft, position) => ({ ...draft, position })));
      for (let tries = 1; ; tries += 1) {
        try {
          const { rows: stored } = await unwrapQueryError(
            database.execute(appendStatement(sessionId, rows)),
          );
          return stored.map((row) => eventOf(rawEventSchema.parse(row)));
        } catch (error) {
          if (!isUniqueViolation(error) || tries === appendTryLimit) throw error;
        }
      }
    },
    readEvents: async (sessionId, after) => {
      const rows = await unwrapQueryError(
        database
          .select()
          .from(events)
          .where(and(eq(events.sessionId, sessionId), gt(events.seq, after)))
          .orderBy(asc(events.seq)),
      );
      return rows.map(eventOf);
    },
    beginAttempt: async ({ sessionId, runId, step }) => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          with gone as (
            delete from ${textDeltas}
            where ${and(
              eq(textDeltas.sessionId, sessionId),
              eq(textDeltas.runId, runId),
              eq(textDeltas.step, step),
            )}
            returning attempt
          )
          select coalesce(max(attempt), 0) + 1 as attempt from gone`),
      );
      return attemptSchema.parse(rows[0]).attempt;
    },
    appendDelta: async (delta) => {
      await unwrapQueryError(database.execute(deltaStatement(delta)));
    },
    readDeltas: (sessionId) =>
      unwrapQueryError(
        database
          .select()
          .from(textDeltas)
          .where(eq(textDeltas.sessionId, sessionId))
          .orderBy(asc(textDeltas.runId), asc(textDeltas.step), asc(textDeltas.ordinal)),
      ),
    records: (sessionId) => ({
      get: (collection, key) => readRecord(database, { sessionId, collection, key }),
    }),
    readRecords: (sessionId) =>
      unwrapQueryError(
        database
          .select({ collection: records.collection, key: records.key, value: records.value })
          .from(records)
          .where(eq(records.sessionId, sessionId))
          .orderBy(asc(records.collection), asc(records.key)),
      ),
  };
}

/** The session's side of a transaction that somebody else has begun and will commit. */
export function sqlSessionTransaction(client: PoolClient, sessionId: string): SessionTransaction {
  const database = drizzle(client);
  return {
    admitRun: async (runId) => {
      await unwrapQueryError(database.insert(sessions).values({ sessionId }).onConflictDoNothing());
      const [before] = await unwrapQueryError(
        database
          .select({ runCount: sessions.runCount, latestRunId: sessions.latestRunId })
          .from(sessions)
          .where(eq(sessions.sessionId, sessionId))
          .for('update'),
      );
      const runOrdinal = (before?.runCount ?? 0) + 1;
      await unwrapQueryError(
        database
          .update(sessions)
          .set({ runCount: runOrdinal, latestRunId: runId })
          .where(eq(sessions.sessionId, sessionId)),
      );
      return { runOrdinal, previousRunId: before?.latestRunId ?? null };
    },
    undoIfThrown: async (body) => {
      await client.query('savepoint undo');
      try {
        return await body();
      } catch (error) {
        await client.query('rollback to savepoint undo');
        throw error;
      } finally {
        await client.query('release savepoint undo');
      }
    },
    get: (collection, key) => readRecord(database, { sessionId, collection, key }),
    put: async ({ collection, key, value }) => {
      await unwrapQueryError(
        database
          .insert(records)
          .values({ sessionId, collection, key, value })
          .onConflictDoUpdate({
            target: [records.sessionId, records.collection, records.key],
            set: { value },
          }),
      );
    },
  };
}

async function readRecord(
  database: Pick<ReturnType<typeof drizzle>, 'select'>,
  { sessionId, collection, key }: Omit<SessionRecord, 'value'> & { readonly sessionId: string },
): Promise<unknown> {
  const [found] = await unwrapQueryError(
    database
      .select({ value: records.value })
      .from(records)
      .where(
        and(
          eq(records.sessionId, sessionId),
          eq(records.collection, collection),
          eq(records.key, key),
        ),
      ),
  );
  return found?.value;
}

/**
 * One statement, so one round trip and all or nothing: drafts whose key is new are numbered on from the session's count.
 * Raising the count locks the session's row; a writer whose view of the keys was stale by then violates the unique key
 * and tries again.
 */
function appendStatement(sessionId: string, drafts: string): ReturnType<typeof sql> {
  return sql`
    with draft as (
      select * from jsonb_to_recordset(${drafts}::jsonb)
        as given("runId" text, step text, ordinal integer, fact jsonb, position integer)
    ), fresh as (
      select draft.*, row_number() over (order by position) as number, count(*) over () as total
      from draft
      where not exists (
        select from ${events} stored
        where stored.session_id = ${sessionId} and stored.run_id = draft."runId"
          and stored.step = draft.step and stored.ordinal = draft.ordinal
      )
    ), counted as (
      insert into ${sessions} as session (session_id, event_count)
      select ${sessionId}, count(*) from fresh having count(*) > 0
      on conflict (session_id) do update set event_count = session.event_count + excluded.event_count
      returning session.event_count
    )
    insert into ${events} (session_id, seq, run_id, step, ordinal, fact)
    select ${sessionId}, counted.event_count - fresh.total + fresh.number,
      fresh."runId", fresh.step, fresh.ordinal, fresh.fact
    from fresh, counted
    order by fresh.number
    returning session_id as "sessionId", seq::int8 as seq, run_id as "runId", step, ordinal, fact, stored_at as "storedAt"`;
}

/** A zombie of an earlier attempt stores nothing once a later one has begun to. */
function deltaStatement({
  sessionId,
  runId,
  step,
  attempt,
  ordinal,
  text,
}: TextDelta): ReturnType<typeof sql> {
  return sql`
    insert into ${textDeltas} (session_id, run_id, step, attempt, ordinal, text)
    select ${sessionId}, ${runId}, ${step}, ${attempt}::integer, ${ordinal}::integer, ${text}
    where not exists (
      select from ${textDeltas} later
      where later.session_id = ${sessionId} and later.run_id = ${runId}
        and later.step = ${step} and later.attempt > ${attempt}::integer
    )`;
}

const attemptSchema = z.object({ attempt: z.coerce.number() });

const rawEventSchema = z.object({
  sessionId: z.string(),
  seq: z.coerce.number(),
  runId: z.string(),
  step: z.string(),
  ordinal: z.number(),
  fact: z.unknown(),
  storedAt: z.coerce.date(),
});

function eventOf({ fact, storedAt, ...place }: z.infer<typeof rawEventSchema>): SessionEvent {
  return { ...place, fact: factSchema.parse(fact), storedAt: storedAt.getTime() };
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === uniqueViolation;
