import type { AuditStore } from './safety/audit.ts';
import type { Database } from './storage/open-database.ts';

/** The audit in a database, to be read without opening a harness on it. */
export async function openAudit({ pool }: Database): Promise<AuditStore> {
  const { sqlAuditStore } = await import('./storage/sql-audit-store.ts');
  return sqlAuditStore(pool);
}
