import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { endPool } from '../end-pool.ts';
import type { Preparation } from '../preparation.ts';
import { startBackend } from './backend.ts';
import { Checkpointer } from './data-directory/checkpointer.ts';
import { openDataDirectory } from './data-directory/open-data-directory.ts';
import { createInProcessPool } from './in-process-pool.ts';
import { Multiplexer } from './multiplexer.ts';
import { defaultCacheDirectory } from './snapshot/cache-directory.ts';
import { preparedSnapshot } from './snapshot/prepared-snapshot.ts';

export interface PgliteOptions {
  /** A directory, or `memory`. */
  readonly dataDir: string;
  /** Where prepared snapshots are kept. */
  readonly cacheDir?: string;
  readonly prepare?: Preparation;
}

export interface OpenPglite {
  readonly multiplexer: Multiplexer;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
}

/** The same patience as on PostgreSQL. */
const idleInTransactionTimeoutMs = 5000;

/** Opens the embedded database, in memory or in a directory that no other process may use meanwhile. */
export async function openPglite(options: PgliteOptions): Promise<OpenPglite> {
  const { dataDir, cacheDir = defaultCacheDirectory(), prepare } = options;
  const snapshot = (): Promise<Blob> => preparedSnapshot({ cacheDir, prepare });
  if (dataDir === 'memory') {
    const db = await startBackend({ snapshot: await snapshot() });
    return openBackend(db, () => db.close());
  }
  const { db, isNew, close } = await openDataDirectory({ dataDir, snapshot });
  const open = await openBackend(db, close);
  try {
    if (!isNew) await prepare?.run(open.pool);
    return open;
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function openBackend(db: PGlite, closeBackend: () => Promise<void>): Promise<OpenPglite> {
  const multiplexer = await Multiplexer.open(db, { idleInTransactionTimeoutMs });
  const pool = createInProcessPool(multiplexer);
  const checkpointer = new Checkpointer(pool);
  multiplexer.onServed((byteCount) => checkpointer.served(byteCount));
  return {
    multiplexer,
    pool,
    close: async () => {
      checkpointer.stop();
      await endPool(pool);
      await multiplexer.close();
      await closeBackend();
    },
  };
}
