import type { RetentionParts } from './safety/retention.ts';
import type { Database } from './storage/open-database.ts';

/** What `applyRetention` works on in a database from `openHarnessDatabase`; no harness need be open on it. */
export async function openRetention({
  pool,
  url,
}: Pick<Database, 'pool' | 'url'>): Promise<RetentionParts & AsyncDisposable> {
  const [{ sqlRetentionStore }, { sqlAuditStore }, { openDbosArchive }] = await Promise.all([
    import('./storage/sql-retention-store.ts'),
    import('./storage/sql-audit-store.ts'),
    import('./durable/dbos-archive.ts'),
  ]);
  const archive = await openDbosArchive({ pool, url });
  return {
    store: sqlRetentionStore(pool),
    archive,
    audit: sqlAuditStore(pool),
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  };
}
