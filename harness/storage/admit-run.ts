import {
  type Admission,
  currentStateVersion,
  migrateState,
  objectionTo,
} from '../session/admission.ts';
import { type Principal, principalSchema } from '../session/event.ts';
import type { RunRequest } from '../session/runner.ts';
import { eq, sql } from './drizzle.ts';
import type { SqlDatabase } from './read-as.ts';
import { events, records, sessions, textDeltas } from './schema.ts';
import { ownerIn } from './sql-session-reader.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

type Transaction = Pick<SqlDatabase, 'select' | 'insert' | 'update' | 'execute'>;
type EnteringRun = Pick<RunRequest, 'runId' | 'sessionId' | 'principal'>;

/** As `SessionTransaction.admitRun`. Who comes second to a new session waits for the first one's transaction to end. */
export async function admitRun(database: Transaction, run: EnteringRun): Promise<Admission> {
  const { runId, sessionId, principal } = run;
  await insertSession(database, sessionId, principal);
  const before = await lockSession(database, sessionId);
  const { runCount, latestRunId, stateVersion } = before;
  const owner = ownerIn(before) ?? (await firstSpeaker(database, sessionId));
  const refused = objectionTo({ stateVersion, owner }, run);
  if (refused !== undefined) return { refused };
  const migrated = await migrateState(stateVersion, {
    owner: owner ?? principal,
    giveTo: (heir) => giveSession(database, sessionId, heir),
  });
  const runOrdinal = runCount + 1;
  await unwrapQueryError(
    database
      .update(sessions)
      .set({
        runCount: runOrdinal,
        latestRunId: runId,
        stateVersion: currentStateVersion,
        activeAt: sql`now()`,
      })
      .where(eq(sessions.sessionId, sessionId)),
  );
  return { runOrdinal, previousRunId: latestRunId, ...migrated };
}

/** Makes a session that is not there the principal's. */
export async function insertSession(
  database: Pick<Transaction, 'insert'>,
  sessionId: string,
  { id, role, tenant }: Principal,
): Promise<void> {
  await unwrapQueryError(
    database
      .insert(sessions)
      .values({
        sessionId,
        tenant,
        ownerId: id,
        ownerRole: role,
        stateVersion: currentStateVersion,
      })
      .onConflictDoNothing(),
  );
}

async function lockSession(database: Transaction, sessionId: string) {
  const [row] = await unwrapQueryError(
    database
      .select({
        id: sessions.ownerId,
        role: sessions.ownerRole,
        tenant: sessions.tenant,
        runCount: sessions.runCount,
        latestRunId: sessions.latestRunId,
        stateVersion: sessions.stateVersion,
      })
      .from(sessions)
      .where(eq(sessions.sessionId, sessionId))
      .for('update'),
  );
  if (row === undefined) throw new RangeError(`session ${sessionId} is gone`);
  return row;
}

/** Of a session whose row does not say whose it is. */
async function firstSpeaker(
  database: Transaction,
  sessionId: string,
): Promise<Principal | undefined> {
  const { rows } = await unwrapQueryError(
    database.execute(sql`
      select fact->'principal' as principal from ${events}
      where session_id = ${sessionId} and fact->>'type' = 'message-received' order by seq limit 1`),
  );
  return rows[0] && principalSchema.parse(rows[0]['principal']);
}

async function giveSession(
  database: Transaction,
  sessionId: string,
  { id, role, tenant }: Principal,
): Promise<void> {
  await unwrapQueryError(
    database
      .update(sessions)
      .set({ tenant, ownerId: id, ownerRole: role })
      .where(eq(sessions.sessionId, sessionId)),
  );
  for (const table of [events, textDeltas, records]) {
    await unwrapQueryError(
      database.update(table).set({ tenant }).where(eq(table.sessionId, sessionId)),
    );
  }
}
