import type { Pool } from 'pg';
import { z } from 'zod';
import {
  readKept,
  type SummaryDraft,
  type SummaryStore,
  SummaryVersionTakenError,
} from '../memory/summary-store.ts';
import { drizzle, sql } from './drizzle.ts';
import { repeatable } from './repeatable.ts';
import { sessions, summaries } from './schema.ts';

/** Running summaries in the database, in the epoch that the session is in. */
export function sqlSummaryStore(pool: Pool): SummaryStore {
  const database = drizzle(pool);
  return {
    add: async (draft) => {
      const { rows } = await repeatable(() => database.execute(addStatement(draft)));
      const { step, runId } = stepSchema.parse(rows[0]);
      if (step !== draft.step || runId !== draft.runId) throw new SummaryVersionTakenError(draft);
    },
    latestBefore: async (sessionId, runId) => {
      const { rows } = await repeatable(() =>
        database.execute(sql`
          select run_id as "runId", version, upto_seq as "uptoSeq", text, commitments as kept from ${summaries} summary
          where session_id = ${sessionId} and run_id <> ${runId} and epoch = ${epochOf(sessionId)}
          order by version desc limit 1`),
      );
      if (rows[0] === undefined) return undefined;
      const { kept, ...memory } = memorySchema.parse(rows[0]);
      return { ...memory, kept: readKept(kept, { sessionId, version: memory.version }) };
    },
  };
}

const epochOf = (sessionId: string): ReturnType<typeof sql> =>
  sql`coalesce((select epoch from ${sessions} where session_id = ${sessionId}), 1)`;

/** Returns the step that has made the version, whether just now or before. */
function addStatement(draft: SummaryDraft): ReturnType<typeof sql> {
  const { tenant, sessionId, version, runId, step, uptoSeq, text, kept } = draft;
  return sql`
    with added as (
      insert into ${summaries}
        (tenant, session_id, epoch, version, run_id, step, upto_seq, text, commitments, tokens_before, tokens_after)
      values (${tenant}, ${sessionId}, ${epochOf(sessionId)}, ${version}, ${runId}, ${step}, ${uptoSeq}, ${text},
        ${JSON.stringify(kept)}::jsonb, ${draft.tokensBefore}, ${draft.tokensAfter})
      on conflict do nothing
      returning run_id, step
    )
    select run_id as "runId", step from added
    union all
    select run_id, step from ${summaries}
    where session_id = ${sessionId} and epoch = ${epochOf(sessionId)} and version = ${version}`;
}

const stepSchema = z.object({ runId: z.string(), step: z.string() });

const memorySchema = z.object({
  runId: z.string(),
  version: z.number(),
  uptoSeq: z.coerce.number(),
  text: z.string(),
  kept: z.unknown(),
});
