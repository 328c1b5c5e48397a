import { z } from 'zod';
import type { RunSignals } from '../session/run-control.ts';
import type { SteeringReader } from '../session/steering.ts';
import { sql } from './drizzle.ts';
import { records } from './schema.ts';
import { cancellations } from './sql-control-records.ts';
import { isUnread, steeringCollection, steeringOf } from './sql-steering.ts';

const signalSchema = z.object({ collection: z.string(), value: z.unknown() });

/**
 * That a run was asked to end, and the messages for it, in the order in which they were admitted. Asked before every model
 * turn: written out, because building it anew each time costs more than running it.
 */
export function signalsStatement(runId: string, reader: SteeringReader): ReturnType<typeof sql> {
  return sql`
    select collection, value from ${records}
    where (session_id = ${reader.sessionId} and collection = ${cancellations} and key = ${runId})
      or (${isUnread(reader)})
    order by key`;
}

export function signalsOf(rows: readonly unknown[]): RunSignals {
  const found = rows.map((row) => signalSchema.parse(row));
  return {
    isCancelRequested: found.some(({ collection }) => collection === cancellations),
    steering: found
      .filter(({ collection }) => collection === steeringCollection)
      .map(({ value }) => steeringOf(value)),
  };
}
