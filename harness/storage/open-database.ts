import type pg from 'pg';
import type { Preparation } from './preparation.ts';

export type DatabaseOptions = (
  | {
      readonly kind: 'pglite';
      /** A directory, made if missing and used by one process at a time, or `memory`. */
      readonly dataDir: string;
      /** Where prepared snapshots are kept; the user's cache directory when absent. */
      readonly cacheDir?: string;
    }
  | { readonly kind: 'postgres'; readonly url: string }
) & {
  /** Run before the database is handed over; on PGlite its result is kept as a snapshot. */
  readonly prepare?: Preparation;
  /** The database refuses every statement that would write. It must be there, and is not prepared. */
  readonly readOnly?: true;
};

/** An open database. Whoever opened it closes it. */
export interface Database extends AsyncDisposable {
  readonly backend: 'pglite' | 'postgres';
  /** What DBOS and drizzle run over. */
  readonly pool: pg.Pool;
  /** A connection string that parses; on PGlite nothing listens there. */
  readonly url: string;
  /** Whether LISTEN on one client hears NOTIFY on another. */
  readonly supportsListen: boolean;
  readonly close: () => Promise<void>;
}

const readOnlyStatement = 'set default_transaction_read_only = on';

const pgliteUrl = 'postgresql://postgres@pglite.in-process:5432/postgres';

/** Opens PGlite or PostgreSQL behind the same pool. The drivers are loaded when they are needed. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.kind === 'pglite' ? openEmbedded(options) : openServer(options);
}

async function openEmbedded(
  options: Extract<DatabaseOptions, { kind: 'pglite' }>,
): Promise<Database> {
  const { openPglite } = await import('./pglite/open-pglite.ts');
  const opened = await openPglite(options);
  const { pool } = opened;
  const close = closeOnce(opened.close);
  // One backend serves all connections, so it is told once.
  if (options.readOnly === true) await pool.query(readOnlyStatement);
  return {
    backend: 'pglite',
    pool,
    url: pgliteUrl,
    supportsListen: true,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Closing twice is closing once: `await using` closes what may have been closed before. */
function closeOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}

async function openServer(
  options: Extract<DatabaseOptions, { kind: 'postgres' }>,
): Promise<Database> {
  const { connectPostgres } = await import('./postgres/connect-postgres.ts');
  const { endPool } = await import('./end-pool.ts');
  const isReading = options.readOnly === true;
  const pool = await connectPostgres(
    options.url,
    isReading ? { firstStatement: readOnlyStatement } : {},
  );
  const close = closeOnce(() => endPool(pool));
  try {
    await options.prepare?.run(pool);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    backend: 'postgres',
    pool,
    url: options.url,
    supportsListen: true,
    close,
    [Symbol.asyncDispose]: close,
  };
}
