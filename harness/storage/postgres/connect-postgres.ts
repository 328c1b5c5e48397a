import type { Pool } from 'pg';
import { z } from 'zod';
import { HarnessError } from '../../host/harness-error.ts';
import { createSurvivingPool } from '../surviving-pool.ts';

/** DBOS sets none on a pool it is given; a worker that freezes in a transaction would block the others. */
const idleInTransactionTimeoutMs = 5000;
/** A server that is there answers by then. */
const connectionTimeoutMs = 10_000;
/** Once it has answered, most of what a client waits for is its turn: a crowd is no outage. */
const turnTimeoutMs = 120_000;

interface PostgresPoolOptions {
  /** What every connection says first, before anybody has it. */
  readonly firstStatement?: string;
}

/** A pool of connections to a PostgreSQL server; nothing is connected yet. */
export function createPostgresPool(
  url: string,
  { firstStatement }: PostgresPoolOptions = {},
): Pool {
  return createSurvivingPool({
    connectionString: url,
    connectionTimeoutMillis: connectionTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    ...(firstStatement === undefined
      ? {}
      : {
          verify: (client, done) => {
            client.query(firstStatement, (error) => done(error));
          },
        }),
  });
}

/** A pool that has reached its server. Throws DatabaseUnreachableError. */
export async function connectPostgres(url: string, options?: PostgresPoolOptions): Promise<Pool> {
  if (!URL.canParse(url)) throw new DatabaseUnreachableError(undefined, undefined);
  const pool = createPostgresPool(url, options);
  try {
    await pool.query('select 1');
    pool.options.connectionTimeoutMillis = turnTimeoutMs;
    return pool;
  } catch (error) {
    await pool.end();
    throw new DatabaseUnreachableError(new URL(url), error);
  }
}

/** Never says the password, which a connection string may hold. */
export class DatabaseUnreachableError extends HarnessError {
  constructor(url: URL | undefined, cause: unknown) {
    const place =
      url &&
      `${url.host}, database ${decodeURIComponent(url.pathname.slice(1)) || "of the user's name"}`;
    const { code, message } = reasonOf(cause);
    super({
      code: 'DATABASE_UNREACHABLE',
      message:
        place === undefined
          ? 'The database URL is not a URL.'
          : `Cannot use PostgreSQL at ${place}: ${message}.`,
      hint: hints[code] ?? 'Check the database URL: postgresql://user:password@host:port/database.',
      cause,
    });
  }
}

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start the server, or correct host and port in the database URL.',
  ENOTFOUND: 'Correct the host in the database URL.',
  '3D000': 'Create the database, or correct its name in the database URL.',
  '28P01': 'Correct user and password in the database URL.',
  '28000': 'Correct the user in the database URL.',
};

const reasonSchema = z.object({ code: z.string().catch(''), message: z.string() });

function reasonOf(cause: unknown): z.infer<typeof reasonSchema> {
  // A host with several addresses fails once for each.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return reasonSchema.catch({ code: '', message: 'unknown reason' }).parse(first);
}
