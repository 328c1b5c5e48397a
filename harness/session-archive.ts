import { HarnessError } from './host/harness-error.ts';
import { schemaKey } from './open-harness-database.ts';
import type { SavedSession } from './session/saved-session.ts';
import { runWorkedFor } from './session/sub-run.ts';
import { type Database, type DatabaseOptions, openDatabase } from './storage/open-database.ts';
import { isVeiled, readSchemaMark } from './storage/schema-mark.ts';

/** Sessions to be read whole, as their database holds them, while others may be at work in them. */
export interface SessionArchive {
  /** Undefined when the database knows nothing of it. */
  readonly read: (sessionId: string) => Promise<SavedSession | undefined>;
}

/**
 * Opens a database to read sessions in it: nothing is created or migrated there, and the database itself refuses whatever
 * would write.
 * @throws DatabaseForeignError when the harness's tables are not in it, or not those of this version; DatabaseVeiledError when
 * whoever reads is shown only some of what they hold.
 */
export async function openSessionArchive(
  options: DatabaseOptions,
): Promise<SessionArchive & AsyncDisposable> {
  const database = await openDatabase({ ...options, readOnly: true });
  try {
    const mark = await readSchemaMark(database.pool);
    if (mark !== (await schemaKey())) throw new DatabaseForeignError(mark);
    if (await isVeiled(database.pool)) throw new DatabaseVeiledError();
  } catch (error) {
    await database.close();
    throw error;
  }
  return { ...sessionArchive(database), [Symbol.asyncDispose]: () => database.close() };
}

/** The same over a database that is open already. */
export function sessionArchive(database: Pick<Database, 'pool' | 'url'>): SessionArchive {
  return {
    read: async (sessionId) => {
      const [{ readSavedRuns }, { sqlSessionStore }, { clearedRunsOf }] = await Promise.all([
        import('./durable/saved-runs.ts'),
        import('./storage/sql-session-store.ts'),
        import('./storage/sql-control-records.ts'),
      ]);
      const store = sqlSessionStore(database.pool);
      const runs = await readSavedRuns(sessionId, database);
      const events = await store.readEvents(sessionId, 0);
      if (runs.length === 0 && events.length === 0) return undefined;
      const cleared = new Set(clearedRunsOf(await store.readRecords(sessionId)));
      const isPresent = (runId: string): boolean => !cleared.has(runWorkedFor(runId));
      return {
        sessionId,
        runs: runs.filter(({ request: { runId } }) => isPresent(runId)),
        events,
      };
    },
  };
}

/** Whatever this database is, it is none whose sessions this version of the harness can read. */
export class DatabaseForeignError extends HarnessError {
  constructor(mark: string | null) {
    super({
      code: 'DATABASE_FOREIGN',
      message:
        mark === null
          ? 'The database holds no sessions: the tables of the harness are not in it.'
          : 'The tables of the harness in this database are not those of this version.',
      hint:
        mark === null
          ? 'Name the database that the harness runs on.'
          : 'Read it with the version that runs on it.',
    });
  }
}

/** Row level security hides rows from this role: what it read would be less than there is, and nobody could tell. */
export class DatabaseVeiledError extends HarnessError {
  constructor() {
    super({
      code: 'DATABASE_VEILED',
      message: 'This role is not shown all of a session: row level security stands before it.',
      hint: 'Let it read past that: ALTER ROLE … BYPASSRLS; it need not write anything.',
    });
  }
}
