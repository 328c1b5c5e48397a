import type { Principal } from '../session/event.ts';
import {
  type SessionReader,
  type SessionRecord,
  startOfAttempt,
} from '../session/session-store.ts';
import { and, asc, eq, gt } from './drizzle.ts';
import type { SqlDatabase } from './read-as.ts';
import { events, records, sessions, textDeltas } from './schema.ts';
import { eventOf } from './sql-event.ts';
import { readFeedPage } from './sql-feed-page.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/** Runs one reading, with whatever has to stand around it. */
export type RunReading = <Result>(
  read: (database: SqlDatabase) => Promise<Result>,
) => Promise<Result>;

export function sqlSessionReader(reading: RunReading): SessionReader {
  return {
    readOwner: (sessionId) => reading((database) => readOwner(database, sessionId)),
    readEvents: (sessionId, after) =>
      reading(async (database) => {
        const rows = await unwrapQueryError(
          database
            .select()
            .from(events)
            .where(and(eq(events.sessionId, sessionId), gt(events.seq, after)))
            .orderBy(asc(events.seq)),
        );
        return rows.map(({ tenant: _, ...row }) => eventOf(row));
      }),
    readPage: (sessionId, cursor, limit) =>
      reading((database) => readFeedPage(database, { sessionId, cursor, limit })),
    readDeltas: (sessionId) =>
      reading(async (database) => {
        const rows = await unwrapQueryError(
          database
            .select()
            .from(textDeltas)
            .where(and(eq(textDeltas.sessionId, sessionId), gt(textDeltas.ordinal, startOfAttempt)))
            .orderBy(asc(textDeltas.runId), asc(textDeltas.step), asc(textDeltas.ordinal)),
        );
        return rows.map(({ tenant: _, ...delta }) => delta);
      }),
    records: (sessionId) => ({
      get: (collection, key) =>
        reading((database) => readRecord(database, { sessionId, collection, key })),
    }),
    readRecords: (sessionId) =>
      reading((database) =>
        unwrapQueryError(
          database
            .select({ collection: records.collection, key: records.key, value: records.value })
            .from(records)
            .where(eq(records.sessionId, sessionId))
            .orderBy(asc(records.collection), asc(records.key)),
        ),
      ),
  };
}

async function readOwner(
  database: Pick<SqlDatabase, 'select'>,
  sessionId: string,
): Promise<Principal | undefined> {
  const [row] = await unwrapQueryError(
    database
      .select({ id: sessions.ownerId, role: sessions.ownerRole, tenant: sessions.tenant })
      .from(sessions)
      .where(eq(sessions.sessionId, sessionId)),
  );
  return row && ownerIn(row);
}

/** The owner as columns say it; undefined while the session is nobody's. */
export function ownerIn({
  id,
  role,
  tenant,
}: {
  readonly id: string | null;
  readonly role: string | null;
  readonly tenant: string;
}): Principal | undefined {
  return id === null || role === null ? undefined : { id, role, tenant };
}

export async function readRecord(
  database: Pick<SqlDatabase, 'select'>,
  { sessionId, collection, key }: Omit<SessionRecord, 'value'> & { readonly sessionId: string },
): Promise<unknown> {
  const [found] = await unwrapQueryError(
    database
      .select({ value: records.value })
      .from(records)
      .where(
        and(
          eq(records.sessionId, sessionId),
          eq(records.collection, collection),
          eq(records.key, key),
        ),
      ),
  );
  return found?.value;
}
