import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { assertAmount, type LimitStore } from '../safety/limits.ts';
import type { LimitAnswer, LimitUse } from '../session/limit-use.ts';
import { drizzle, sql } from './drizzle.ts';
import { limitUses } from './schema.ts';
import { unlessCutOff } from './unless-cut-off.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** What is read behind a lock is what the lock's last holder left, whatever the server's default. */
const readCommitted = { isolationLevel: 'read committed' } as const;

/**
 * Limits in the database. Users of one limit wait for each other. Using takes a connection of its own: within another
 * transaction take `sqlLimitTransaction`, because on a single-backend database this one would wait for that one to end.
 */
export function sqlLimitStore(pool: Pool): LimitStore {
  const database = drizzle(pool);
  return {
    // What is counted has a key: begun anew, it is counted once.
    use: (uses) =>
      unlessCutOff(() =>
        unwrapQueryError(
          database.transaction((transaction) => use(transaction, uses), readCommitted),
        ),
      ),
    purge: async (beforeMs) => {
      const { rowCount } = await unwrapQueryError(
        database.execute(
          sql`delete from ${limitUses} where window_start < to_timestamp(${beforeMs}::float8 / 1000)`,
        ),
      );
      return rowCount ?? 0;
    },
  };
}

/** Uses in a transaction that somebody else has begun and will commit; other users of the limits wait until then. */
export function sqlLimitTransaction(client: PoolClient): Pick<LimitStore, 'use'> {
  const database = drizzle(client);
  return { use: (uses) => unwrapQueryError(use(database, uses)) };
}

async function use(
  transaction: Pick<ReturnType<typeof drizzle>, 'execute'>,
  uses: readonly LimitUse[],
): Promise<readonly LimitAnswer[]> {
  for (const each of uses) assertAmount(each);
  const wanted = JSON.stringify(uses.map((each, position) => ({ ...each, position })));
  await transaction.execute(lockStatement(wanted));
  const { rows } = await transaction.execute(useStatement(wanted));
  return rows.map((row) => answerSchema.parse(row));
}

/** A lock for each limit, always in the same order, until the transaction ends. */
function lockStatement(wanted: string): ReturnType<typeof sql> {
  return sql`
    select pg_advisory_xact_lock(name) from (
      select distinct hashtextextended('limit:' || (use->>'limit'), 0) as name
      from jsonb_array_elements(${wanted}::jsonb) as use
      order by name
    ) as ordered`;
}

function useStatement(wanted: string): ReturnType<typeof sql> {
  return sql`
    with wanted as (
      select position, "limit", key, amount, max, to_timestamp("windowStartMs" / 1000) as window_start
      from jsonb_to_recordset(${wanted}::jsonb) as given(
        position integer, "limit" text, "windowStartMs" float8, key text, amount int8, max float8)
    ), state as (
      select wanted.*,
        exists (
          select from ${limitUses} use where use."limit" = wanted."limit" and use.key = wanted.key
        ) as is_known,
        (
          select coalesce(sum(use.amount), 0) from ${limitUses} use
          where use."limit" = wanted."limit" and use.window_start = wanted.window_start
        ) as used
      from wanted
    ), verdict as (
      select *, is_known or used + greatest(amount, 1) <= max as allowed from state
    ), counted as (
      insert into ${limitUses} ("limit", window_start, key, amount)
      select "limit", window_start, key, amount from verdict
      where amount > 0 and not is_known and (select bool_and(allowed) from verdict)
      returning "limit", amount
    )
    select verdict."limit", allowed, used + coalesce(counted.amount, 0) as used
    from verdict left join counted on counted."limit" = verdict."limit"
    order by position`;
}

const answerSchema = z.object({
  limit: z.string(),
  allowed: z.boolean(),
  used: z.coerce.number(),
});
