import { sql } from './drizzle.ts';
import { sessions } from './schema.ts';

/** Whose session it is, for a row that is written to it: '' where nobody has been admitted yet. */
export function tenantOf(sessionId: string): ReturnType<typeof sql<string>> {
  return sql<string>`coalesce((select tenant from ${sessions} where session_id = ${sessionId}), '')`;
}
