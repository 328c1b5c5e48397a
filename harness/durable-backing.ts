import type { Backing } from './create-harness.ts';
import type { Identity } from './durable/dbos-runner.ts';
import type { RunAttributes } from './session/saved-session.ts';
import type { Database } from './storage/open-database.ts';

export interface DurableBackingOptions {
  /** From `openHarnessDatabase`. Its owner closes it, after the harness. */
  readonly database: Database;
  readonly identity: Identity;
  /** How often recovered runs are looked for, milliseconds. */
  readonly recoveryPollingMs?: number;
  /** How often runs of processes that are gone are looked for, milliseconds; 5000 by default. On PGlite they never are. */
  readonly takeOverEveryMs?: number;
  /** What runs that are started here carry for whoever reads them later (`SavedRun.attributes`); nothing by default. */
  readonly attributes?: RunAttributes;
}

/** Sessions in a database, runs as DBOS workflows on the same one. One open harness of this kind a process. */
export async function durableBacking({
  database,
  ...durable
}: DurableBackingOptions): Promise<Backing> {
  // Loaded here and not above: replay and the command line know this door and need no database.
  const [
    { sqlSessionStore, sqlSessionTransaction },
    { sqlApprovalStore },
    { sqlRunControl },
    { sqlAuditStore },
    { sqlLimitStore },
    { sqlClearStore },
    { sqlSummaryStore },
    { sqlExpiryStore },
    { sqlSeats },
    { patiently, patienceWith },
    { reachable },
  ] = await Promise.all([
    import('./storage/sql-session-store.ts'),
    import('./storage/sql-approval-store.ts'),
    import('./storage/sql-run-control.ts'),
    import('./storage/sql-audit-store.ts'),
    import('./storage/sql-limit-store.ts'),
    import('./storage/sql-clear-store.ts'),
    import('./storage/sql-summary-store.ts'),
    import('./storage/sql-expiry-store.ts'),
    import('./storage/sql-seats.ts'),
    import('./storage/outage/patience.ts'),
    import('./storage/outage/reachable.ts'),
  ]);
  return {
    store: sqlSessionStore(database.pool),
    approvals: sqlApprovalStore(database.pool),
    control: sqlRunControl(database.pool),
    audit: sqlAuditStore(database.pool),
    limits: sqlLimitStore(database.pool),
    clearing: sqlClearStore(database.pool),
    summaries: sqlSummaryStore(database.pool),
    expiry: sqlExpiryStore(database.pool),
    isReachable: reachable(database.pool),
    openRunner: async (body, observer, host) => {
      const { openDbosRunner } = await import('./durable/dbos-runner.ts');
      const patience = patienceWith(database.pool, host.log);
      return openDbosRunner({
        ...durable,
        pool: database.pool,
        url: database.url,
        transactionOf: (client, { sessionId, delegation }) =>
          sqlSessionTransaction(client, { sessionId, isReadOnly: delegation !== undefined }),
        body: (request, steps) => patiently(patience, () => body(request, steps)),
        observer,
        host,
        seats: sqlSeats(database.pool, durable.identity.application),
      });
    },
  };
}
