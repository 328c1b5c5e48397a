import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import {
  type AuditEntry,
  type AuditHead,
  type AuditRow,
  type AuditStore,
  auditRoot,
  nextAuditRow,
  storableEntry,
} from '../safety/audit.ts';
import { jsonSchema } from '../session/event.ts';
import { drizzle, sql } from './drizzle.ts';
import { audit } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** What is read behind a lock is what the lock's last holder left, whatever the server's default. */
const readCommitted = { isolationLevel: 'read committed' } as const;

/**
 * The audit in the database. Writers of one tenant wait for each other, so the chain has no forks. Appending takes a
 * connection of its own: within another transaction take `sqlAuditTransaction`, because on a single-backend database this
 * one would wait for that one to end.
 */
export function sqlAuditStore(pool: Pool): AuditStore {
  const database = drizzle(pool);
  return {
    append: (entry, recordedAt) =>
      unwrapQueryError(
        database.transaction(
          (transaction) => append(transaction, entry, recordedAt),
          readCommitted,
        ),
      ),
    read: async (tenant, after) => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`
          select ${columns} from ${audit}
          where tenant = ${tenant} and seq > ${after} order by seq`),
      );
      return rows.map((row) => rowSchema.parse(row));
    },
    tenants: async () => {
      const { rows } = await unwrapQueryError(
        database.execute(sql`select distinct tenant from ${audit} order by tenant`),
      );
      return rows.map((row) => z.object({ tenant: z.string() }).parse(row).tenant);
    },
  };
}

/** Appends in a transaction that somebody else has begun and will commit; the tenant's other writers wait until then. */
export function sqlAuditTransaction(client: PoolClient): Pick<AuditStore, 'append'> {
  const database = drizzle(client);
  return {
    append: (entry, recordedAt) => unwrapQueryError(append(database, entry, recordedAt)),
  };
}

async function append(
  transaction: Pick<ReturnType<typeof drizzle>, 'execute'>,
  given: AuditEntry,
  recordedAt: number,
): Promise<AuditRow> {
  const entry = storableEntry(given);
  await transaction.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`audit:${entry.tenant}`}, 0))`,
  );
  const { rows } = await transaction.execute(headStatement(entry.tenant, entry.key));
  const stored = rows.map((row) => rowSchema.parse(row));
  const earlier = stored.find(({ key }) => key === entry.key);
  if (earlier !== undefined) return earlier;
  const head: AuditHead = stored.at(-1) ?? auditRoot;
  const row = nextAuditRow(entry, head, recordedAt);
  await transaction.execute(insertStatement(row));
  return row;
}

const columns = sql`tenant, seq, key, (extract(epoch from recorded_at) * 1000)::int8 as "recordedAt",
  actor, action, subject, is_allowed as "isAllowed", reason, detail, previous_hash as "previousHash", hash`;

/** The row under this key, if there is one, and the newest row, which is the last. */
function headStatement(tenant: string, key: string): ReturnType<typeof sql> {
  return sql`
    select ${columns} from ${audit}
    where tenant = ${tenant}
      and (key = ${key} or seq = (select max(seq) from ${audit} newest where newest.tenant = ${tenant}))
    order by seq`;
}

function insertStatement(row: AuditRow): ReturnType<typeof sql> {
  return sql`
    insert into ${audit} (tenant, seq, key, recorded_at, actor, action, subject, is_allowed, reason, detail,
      previous_hash, hash)
    values (${row.tenant}, ${row.seq}, ${row.key}, to_timestamp(${row.recordedAt}::float8 / 1000), ${row.actor},
      ${row.action}, ${row.subject}, ${row.isAllowed}, ${row.reason}, ${JSON.stringify(row.detail)}::jsonb,
      ${row.previousHash}, ${row.hash})`;
}

const rowSchema = z.object({
  tenant: z.string(),
  seq: z.coerce.number(),
  key: z.string(),
  recordedAt: z.coerce.number(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  isAllowed: z.boolean(),
  reason: z.string(),
  detail: jsonSchema,
  previousHash: z.string(),
  hash: z.string(),
});
