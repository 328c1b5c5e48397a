import type { Pool } from 'pg';
import { z } from 'zod';
import {
  type ExpiryStore,
  expiryPlace,
  type SessionExpiry,
  type SessionLife,
} from '../session/session-expiry.ts';
import { drizzle, sql } from './drizzle.ts';
import { notifying } from './notifications.ts';
import { repeatable } from './repeatable.ts';
import { events, sessions } from './schema.ts';

type Statement = ReturnType<typeof sql>;

/** Ends sessions in the database, by its clock, each in one statement: of two that find one due, one enters it. */
export function sqlExpiryStore(pool: Pool): ExpiryStore {
  const database = drizzle(pool);
  const rowsOf = async (statement: Statement): Promise<readonly unknown[]> =>
    (await repeatable(() => database.execute(statement))).rows;
  const look: ExpiryStore['look'] = async (sessionId, rules) => {
    const isNews = (await rowsOf(expireStatement(sessionId, rules))).length > 0;
    const [row] = await rowsOf(sql`
      select ${milliseconds(sql`ended_at`)} as "endedAt", ${milliseconds(endOf(rules))} as "endsAt"
      from ${sessions} session where session_id = ${sessionId}`);
    return lifeOf(row, isNews);
  };
  return {
    look,
    keepAlive: async (sessionId, rules) => {
      const [row] = await rowsOf(sql`
        update ${sessions} session set active_at = now()
        where session_id = ${sessionId} and ended_at is null and not ${isDue(rules)}
        returning ${milliseconds(sql`ended_at`)} as "endedAt", ${milliseconds(endOf(rules))} as "endsAt"`);
      return row === undefined ? look(sessionId, rules) : lifeOf(row, false);
    },
  };
}

/** The event is numbered and stored by whoever was the one to end the session. */
function expireStatement(sessionId: string, rules: SessionExpiry): Statement {
  const { runId, step, ordinal } = expiryPlace;
  return sql`
    with expired as (
      update ${sessions} session set ended_at = ${endOf(rules)}, event_count = event_count + 1
      where session_id = ${sessionId} and ended_at is null and ${isDue(rules)}
      returning tenant, event_count, ${milliseconds(sql`ended_at`)} as at,
        ended_at is not distinct from ${idleEnd(rules)} as "isIdle"
    )
    insert into ${events} (tenant, session_id, seq, run_id, step, ordinal, fact)
    select tenant, ${sessionId}, event_count, ${runId}, ${step}, ${ordinal}::integer, jsonb_build_object(
      'type', 'session-expired', 'cause', case when "isIdle" then 'idle' else 'lifetime' end, 'expiredAt', at
    )
    from expired
    returning ${notifying(sessionId)}`;
}

const idleEnd = ({ idleMs }: SessionExpiry): Statement =>
  sql`(session.active_at + ${idleMs ?? null}::float8 * interval '1 millisecond')`;

/** Null where nothing ends it: `least` passes over what is null. */
const endOf = (rules: SessionExpiry): Statement =>
  sql`least(${idleEnd(rules)}, session.created_at + ${rules.lifetimeMs ?? null}::float8 * interval '1 millisecond')`;

const isDue = (rules: SessionExpiry): Statement => sql`coalesce(${endOf(rules)} <= now(), false)`;

const milliseconds = (time: Statement): Statement =>
  sql`floor(extract(epoch from ${time}) * 1000)::float8`;

const lifeSchema = z.object({ endedAt: z.number().nullable(), endsAt: z.number().nullable() });

function lifeOf(row: unknown, isNews: boolean): SessionLife {
  const { endedAt, endsAt } = lifeSchema.parse(row ?? { endedAt: null, endsAt: null });
  if (endedAt !== null) return { kind: 'expired', expiredAt: endedAt, isNews };
  return { kind: 'open', endsAt: endsAt ?? Number.POSITIVE_INFINITY };
}
