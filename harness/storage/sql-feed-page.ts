import { z } from 'zod';
import type { TextDelta } from '../session/event.ts';
import { type FeedCursor, type FeedPage, runEnds } from '../session/session-store.ts';
import { type drizzle, sql } from './drizzle.ts';
import { events, textDeltas } from './schema.ts';
import { eventOf, rawEventSchema } from './sql-event.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

export interface PageRequest {
  readonly sessionId: string;
  readonly cursor: FeedCursor;
  readonly limit: number;
}

/** As `SessionStore.readPage`: one statement, so one moment. */
export async function readFeedPage(
  database: Pick<ReturnType<typeof drizzle>, 'execute'>,
  request: PageRequest,
): Promise<FeedPage> {
  const { rows } = await unwrapQueryError(database.execute(pageStatement(request)));
  const { events: page, pieces } = pageSchema.parse(rows[0]);
  const { sessionId } = request;
  return {
    events: page.map((event) => eventOf({ ...event, sessionId })),
    pieces: pieces.map((piece): TextDelta => ({ ...piece, sessionId })),
  };
}

/**
 * The session's turns are found by stepping through the index from one to the next, not by reading all their pieces;
 * `seq + 0` keeps the planner from looking for a turn's end along the whole log, `materialized` from doing so for each piece.
 */
function pageStatement({ sessionId, cursor, limit }: PageRequest): ReturnType<typeof sql> {
  return sql`
    with recursive page as (
      select seq, run_id as "runId", step, ordinal, fact, stored_at as "storedAt" from ${events}
      where session_id = ${sessionId} and seq > ${cursor.after}
      order by seq limit ${limit}::integer
    ), reach as (
      select case when count(*) = ${limit}::integer then max(seq) end as seq from page
    ), turn as (
      (
        select run_id, step from ${textDeltas} where session_id = ${sessionId}
        order by run_id, step limit 1
      )
      union all
      select next.* from turn cross join lateral (
        select run_id, step from ${textDeltas}
        where session_id = ${sessionId} and (run_id, step) > (turn.run_id, turn.step)
        order by run_id, step limit 1
      ) next
    ), due as materialized (
      select turn.*, latest.attempt from turn cross join reach
      cross join lateral (
        select min(seq + 0) as seq from ${events} stored
        where stored.session_id = ${sessionId} and stored.run_id = turn.run_id
          and (stored.step = turn.step or stored.fact->>'type' = any(${sql.param(runEnds)}::text[]))
      ) ended
      cross join lateral (
        select max(attempt) as attempt from ${textDeltas} stored
        where stored.session_id = ${sessionId} and stored.run_id = turn.run_id
          and stored.step = turn.step
      ) latest
      where (ended.seq is null or ended.seq > ${cursor.after})
        and (reach.seq is null or ended.seq <= reach.seq)
    ), seen as (
      select * from jsonb_to_recordset(${JSON.stringify(cursor.turns)}::jsonb)
        as given("runId" text, step text, attempt integer, ordinal integer)
    ), piece as (
      select stored.run_id as "runId", stored.step, stored.attempt, stored.ordinal, stored.text
      from due join ${textDeltas} stored
        on stored.session_id = ${sessionId} and stored.run_id = due.run_id
        and stored.step = due.step and stored.attempt = due.attempt
      where not exists (
        select from seen
        where seen."runId" = due.run_id and seen.step = due.step
          and seen.attempt = due.attempt and seen.ordinal >= stored.ordinal
      )
    )
    select
      (select coalesce(json_agg(page order by seq), '[]') from page) as events,
      (select coalesce(json_agg(piece order by "runId", step, ordinal), '[]') from piece) as pieces`;
}

const pageSchema = z.object({
  events: z.array(rawEventSchema.omit({ sessionId: true })),
  pieces: z.array(
    z.object({
      runId: z.string(),
      step: z.string(),
      attempt: z.number(),
      ordinal: z.number(),
      text: z.string(),
    }),
  ),
});
