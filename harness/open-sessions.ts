import type { SessionReader } from './session/session-store.ts';
import type { Database } from './storage/open-database.ts';

/** The sessions in a database, to be read without opening a harness on it. */
export async function openSessions({ pool }: Database): Promise<SessionReader> {
  const { sqlSessionStore } = await import('./storage/sql-session-store.ts');
  return sqlSessionStore(pool);
}
