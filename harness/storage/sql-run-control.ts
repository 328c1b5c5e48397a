import type { Pool } from 'pg';
import type { RunControl } from '../session/run-control.ts';
import { drizzle, sql } from './drizzle.ts';
import { records } from './schema.ts';
import { cancellations, effects } from './sql-control-records.ts';
import { tenantOf } from './tenant-of.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

export function sqlRunControl(pool: Pool): RunControl {
  const database = drizzle(pool);
  const note = async (sessionId: string, collection: string, key: string): Promise<boolean> => {
    const noted = await unwrapQueryError(
      database
        .insert(records)
        .values({ tenant: tenantOf(sessionId), sessionId, collection, key, value: true })
        .onConflictDoNothing()
        .returning({ key: records.key }),
    );
    return noted.length > 0;
  };
  return {
    requestCancel: async (sessionId, runId) => {
      await note(sessionId, cancellations, runId);
    },
    isCancelRequested: async (sessionId, runId) => {
      // Asked before every model turn: written out, because building it anew each time costs more than running it.
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          select from ${records}
          where session_id = ${sessionId} and collection = ${cancellations} and key = ${runId}`),
      );
      return rows.length > 0;
    },
    beginEffect: (sessionId, key) => note(sessionId, effects, key),
  };
}
