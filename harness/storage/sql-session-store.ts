import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { TextDelta, TurnReference } from '../session/event.ts';
import { ReadOnlyError } from '../session/read-only-error.ts';
import {
  type SessionStore,
  type SessionTransaction,
  startOfAttempt,
} from '../session/session-store.ts';
import { admitRun, insertSession } from './admit-run.ts';
import { drizzle, sql } from './drizzle.ts';
import { createNotifications, notifying } from './notifications.ts';
import { readAs } from './read-as.ts';
import { repeatable } from './repeatable.ts';
import { events, records, sessions, textDeltas } from './schema.ts';
import { isCleared } from './sql-control-records.ts';
import { eventOf, rawEventSchema } from './sql-event.ts';
import { sqlLimitTransaction } from './sql-limit-store.ts';
import { readRecord, sqlSessionReader } from './sql-session-reader.ts';
import { signalsOf, signalsStatement } from './sql-signals.ts';
import { steeringCollection, steeringKey } from './sql-steering.ts';
import { tenantOf } from './tenant-of.ts';
import { unlessCutOff } from './unless-cut-off.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** How often a write is tried when another writer of the same session gets in between. */
const writeTryLimit = 5;
const uniqueViolation = '23505';
const insufficientPrivilege = '42501';

/** Sessions in the database: S1 to S3 hold for any number of processes. */
export function sqlSessionStore(pool: Pool): SessionStore {
  const database = drizzle(pool);
  const notifications = createNotifications(pool);
  const owned = sqlSessionReader((read) => unlessCutOff(() => read(database)));
  return {
    ...owned,
    asTenant: (tenant) =>
      sqlSessionReader((read) => readAs(pool, { role: 'groundhog_tenant', tenant }, read)),
    claim: async (sessionId, principal) => {
      const before = await owned.readOwner(sessionId);
      if (before !== undefined) return before;
      await unlessCutOff(() => insertSession(database, sessionId, principal));
      // One of before owners is given to nobody here: the admission of its next run reads its log and decides.
      return (await owned.readOwner(sessionId)) ?? principal;
    },
    appendEvents: async (sessionId, drafts) => {
      if (drafts.length === 0) return [];
      const rows = JSON.stringify(drafts.map((draft, position) => ({ ...draft, position })));
      const stored = await unlessOutrun(() => database.execute(appendStatement(sessionId, rows)));
      return stored.rows.map((row) => eventOf(rawEventSchema.parse(row)));
    },
    watch: (sessionId, onChange) => notifications.watch(sessionId, onChange),
    beginAttempt: async (turn) => {
      const { rows } = await unlessOutrun(() => database.execute(attemptStatement(turn)));
      // None was begun if the turn's epoch is over, and what it streams is dropped as well.
      return attemptSchema.parse(rows[0] ?? { attempt: 1 }).attempt;
    },
    appendDelta: async (delta) => {
      await repeatable(() => database.execute(deltaStatement(delta)));
    },
  };
}

/** The session's side of a transaction that somebody else has begun and will commit. */
export function sqlSessionTransaction(
  client: PoolClient,
  { sessionId, isReadOnly = false }: { readonly sessionId: string; readonly isReadOnly?: boolean },
): SessionTransaction {
  const database = drizzle(client);
  return {
    admitRun: (run) => admitRun(database, { ...run, sessionId }),
    offerSteering: async (message) => {
      const key = steeringKey(message.runOrdinal);
      const offered = {
        tenant: tenantOf(sessionId),
        sessionId,
        collection: steeringCollection,
        key,
        value: message,
      };
      await unwrapQueryError(database.insert(records).values(offered));
    },
    look: async (runId, reader) => {
      const statement = signalsStatement(runId, { sessionId, ...reader });
      return signalsOf((await unwrapQueryError(database.execute(statement))).rows);
    },
    useLimits: sqlLimitTransaction(client).use,
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
      const write = (): Promise<unknown> =>
        unwrapQueryError(
          database
            .insert(records)
            .values({ tenant: tenantOf(sessionId), sessionId, collection, key, value })
            .onConflictDoUpdate({
              target: [records.sessionId, records.collection, records.key],
              set: { value },
            }),
        );
      await (isReadOnly ? asInvestigator(client, write) : write());
    },
  };
}

/** Does it as the role that may only read. What the database refuses leaves the transaction to be undone to its savepoint. */
async function asInvestigator(client: PoolClient, write: () => Promise<unknown>): Promise<void> {
  await client.query('set local role groundhog_investigator');
  try {
    await write();
  } catch (error) {
    throw codeOf(error) === insufficientPrivilege ? new ReadOnlyError() : error;
  }
  // The database has let it pass: whoever granted that may have meant it. The step itself is saved by the runtime.
  await client.query('set local role none');
}

/** Another writer of the same session got in between: what it stored is there now, so the statement is made anew. */
async function unlessOutrun<Result>(statement: () => PromiseLike<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await repeatable(statement);
    } catch (error) {
      if (!isUniqueViolation(error) || tries === writeTryLimit) throw error;
    }
  }
}

/**
 * One statement, so one round trip and all or nothing: drafts whose key is new are numbered on from the session's count.
 * Raising the count locks the session's row; a writer whose view of the keys was stale by then violates the unique key
 * and tries again. One that waited for the session to be cleared finds another epoch than it saw, and stores nothing.
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
      ) and not ${isCleared(sessionId, sql`draft."runId"`)}
    ), counted as (
      insert into ${sessions} as session (session_id, event_count)
      select ${sessionId}, count(*) from fresh having count(*) > 0
      on conflict (session_id) do update set event_count = session.event_count + excluded.event_count
        where session.epoch = coalesce(
          (select seen.epoch from ${sessions} seen where seen.session_id = ${sessionId}), session.epoch
        )
      returning session.event_count, session.tenant
    )
    insert into ${events} (tenant, session_id, seq, run_id, step, ordinal, fact)
    select counted.tenant, ${sessionId}, counted.event_count - fresh.total + fresh.number,
      fresh."runId", fresh.step, fresh.ordinal, fresh.fact
    from fresh, counted
    order by fresh.number
    returning session_id as "sessionId", seq::int8 as seq, run_id as "runId", step, ordinal, fact, stored_at as "storedAt",
      ${notifying(sessionId)}`;
}

/** The attempt is numbered on from the latest that ever began, so a zombie's text is known for what it is. */
function attemptStatement({ sessionId, runId, step }: TurnReference): ReturnType<typeof sql> {
  return sql`
    with earlier as (
      select max(attempt) as attempt from ${textDeltas}
      where session_id = ${sessionId} and run_id = ${runId} and step = ${step}
    ), gone as (
      delete from ${textDeltas}
      where session_id = ${sessionId} and run_id = ${runId} and step = ${step}
    )
    insert into ${textDeltas} (tenant, session_id, run_id, step, attempt, ordinal, text)
    select ${tenantOf(sessionId)}, ${sessionId}, ${runId}, ${step}, coalesce(attempt, 0) + 1, ${startOfAttempt}::integer, ''
    from earlier where not ${isCleared(sessionId, runId)}
    returning attempt, ${notifying(sessionId)}`;
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
    insert into ${textDeltas} (tenant, session_id, run_id, step, attempt, ordinal, text)
    select ${tenantOf(sessionId)}, ${sessionId}, ${runId}, ${step}, ${attempt}::integer, ${ordinal}::integer, ${text}
    where not exists (
      select from ${textDeltas} later
      where later.session_id = ${sessionId} and later.run_id = ${runId}
        and later.step = ${step} and later.attempt > ${attempt}::integer
    ) and not ${isCleared(sessionId, runId)}
    on conflict do nothing
    returning ${notifying(sessionId)}`;
}

const attemptSchema = z.object({ attempt: z.coerce.number() });

const isUniqueViolation = (error: unknown): boolean => codeOf(error) === uniqueViolation;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
