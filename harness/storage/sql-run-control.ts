import type { Pool } from 'pg';
import { z } from 'zod';
import type { RunControl } from '../session/run-control.ts';
import { drizzle, sql } from './drizzle.ts';
import { repeatable } from './repeatable.ts';
import { records } from './schema.ts';
import { cancellations, effects, isCancelled } from './sql-control-records.ts';
import { signalsOf, signalsStatement } from './sql-signals.ts';
import { isUnread } from './sql-steering.ts';
import { tenantOf } from './tenant-of.ts';

export function sqlRunControl(pool: Pool): RunControl {
  const database = drizzle(pool);
  return {
    requestCancel: async (sessionId, runId) => {
      await repeatable(() =>
        database
          .insert(records)
          .values({
            tenant: tenantOf(sessionId),
            sessionId,
            collection: cancellations,
            key: runId,
            value: true,
          })
          .onConflictDoNothing(),
      );
    },
    isCancelRequested: async (sessionId, runId) => {
      const { rows } = await repeatable(() =>
        database.execute(sql`select where ${isCancelled(sessionId, runId)}`),
      );
      return rows.length > 0;
    },
    look: async (runId, reader) => {
      const statement = signalsStatement(runId, reader);
      return signalsOf((await repeatable(() => database.execute(statement))).rows);
    },
    beginEffect: async ({ key, runId }, reader) => {
      const { rows } = await repeatable(() =>
        database.execute(sql`
          with noted as (
            insert into ${records} (tenant, session_id, collection, key, value)
            select ${tenantOf(reader.sessionId)}, ${reader.sessionId}, ${effects}, ${key}, 'true'::jsonb
            where not exists (select from ${records} where ${isUnread(reader)})
              and not ${isCancelled(reader.sessionId, runId)}
            on conflict do nothing
            returning key
          ), known as (
            select key from ${records}
            where session_id = ${reader.sessionId} and collection = ${effects} and key = ${key}
          )
          select case
            when exists (select from known) then 'again'
            when exists (select from noted) then 'first'
            when ${isCancelled(reader.sessionId, runId)} then 'cancelled'
            when exists (select from ${records} where ${isUnread(reader)}) then 'steered'
            else 'again'
          end as beginning`),
      );
      return beginningSchema.parse(rows[0]).beginning;
    },
  };
}

const beginningSchema = z.object({ beginning: z.enum(['first', 'again', 'steered', 'cancelled']) });
