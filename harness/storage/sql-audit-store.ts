import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { HarnessError } from '../host/harness-error.ts';
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
import { repeatable } from './repeatable.ts';
import { audit } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** How often a row is tried when other processes get in before it; each time one of them has written a row. */
const appendTryLimit = 200;

/**
 * The audit in the database. A row takes the place behind the newest one; where another process has taken it meanwhile, the
 * primary key says so and the next place is tried. Within this process writers of a tenant go one after the other.
 */
export function sqlAuditStore(pool: Pool): AuditStore {
  const database = drizzle(pool);
  const last = new Map<string, Promise<unknown>>();
  /** Each tenant's newest row as far as this process knows: most often nobody has written since. */
  const heads = new Map<string, AuditHead>();
  return {
    append: (entry, recordedAt) => {
      const before = last.get(entry.tenant) ?? Promise.resolve();
      const turn = before.then(() =>
        repeatable(() => append(database, { entry, recordedAt, head: heads.get(entry.tenant) })),
      );
      turn.then(
        ({ isNew, row }) => (isNew ? heads.set(entry.tenant, row) : heads.delete(entry.tenant)),
        () => heads.delete(entry.tenant),
      );
      // Whoever appends is told of an error; those behind them are not held up by it.
      last.set(
        entry.tenant,
        turn.catch(() => undefined),
      );
      return turn.then(({ row }) => row);
    },
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

/** Appends in a transaction that somebody else has begun, at READ COMMITTED, and will commit. */
export function sqlAuditTransaction(client: PoolClient): Pick<AuditStore, 'append'> {
  const database = drizzle(client);
  return {
    append: async (entry, recordedAt) =>
      (await unwrapQueryError(append(database, { entry, recordedAt, head: undefined }))).row,
  };
}

interface Appending {
  readonly entry: AuditEntry;
  readonly recordedAt: number;
  /** What is thought to be the newest row; looked up when absent, and when it is not. */
  readonly head: AuditHead | undefined;
}

async function append(
  database: Pick<ReturnType<typeof drizzle>, 'execute'>,
  given: Appending,
): Promise<{ readonly row: AuditRow; readonly isNew: boolean }> {
  const entry = storableEntry(given.entry);
  let { head } = given;
  for (let tries = 1; tries <= appendTryLimit; tries += 1) {
    if (head === undefined) {
      const { rows } = await database.execute(headStatement(entry.tenant, entry.key));
      const stored = rows.map((row) => rowSchema.parse(row));
      const earlier = stored.find(({ key }) => key === entry.key);
      if (earlier !== undefined) return { row: earlier, isNew: false };
      head = stored.at(-1) ?? auditRoot;
    }
    const row = nextAuditRow(entry, head, given.recordedAt);
    const { rows: inserted } = await database.execute(insertStatement(row));
    if (inserted.length > 0) return { row, isNew: true };
    head = undefined;
  }
  throw new AuditCrowdedError(entry.tenant);
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
      ${row.previousHash}, ${row.hash})
    on conflict do nothing
    returning seq`;
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

/** Others wrote without end. */
export class AuditCrowdedError extends HarnessError {
  constructor(tenant: string) {
    super({
      code: 'AUDIT_CROWDED',
      message: `A row of the audit of ${tenant} found its place taken ${appendTryLimit} times.`,
      hint: 'Let fewer processes write for one tenant at once.',
    });
  }
}
