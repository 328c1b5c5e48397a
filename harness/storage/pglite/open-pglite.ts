import type pg from 'pg';
import type { Preparation } from '../preparation.ts';
import { startBackend } from './backend.ts';
import { defaultCacheDirectory } from './cache-directory.ts';
import { createInProcessPool } from './in-process-pool.ts';
import { Multiplexer } from './multiplexer.ts';
import { preparedSnapshot } from './prepared-snapshot.ts';

export interface PgliteOptions {
  /** A directory, or `memory`. */
  readonly dataDir: string;
  readonly cacheDir?: string;
  readonly prepare?: Preparation;
}

export interface OpenPglite {
  readonly multiplexer: Multiplexer;
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

/** The same patience as on PostgreSQL. */
export const idleInTransactionTimeoutMs = 5000;

/** Opens the embedded database, in memory or in a directory that no other process may use meanwhile. */
export async function openPglite(options: PgliteOptions): Promise<OpenPglite> {
  const { cacheDir = defaultCacheDirectory(), prepare } = options;
  const snapshot = await preparedSnapshot({ cacheDir, prepare });
  const db = await startBackend({ snapshot });
  const multiplexer = await Multiplexer.open(db, { idleInTransactionTimeoutMs });
  const pool = createInProcessPool(multiplexer);
  return {
    multiplexer,
    pool,
    close: async () => {
      await pool.end();
      await multiplexer.close();
      await db.close();
    },
  };
}
