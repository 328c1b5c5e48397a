import { Pool } from 'pg';

/** DBOS sets none on a pool it is given; a worker that freezes in a transaction would block the others. */
export const idleInTransactionTimeoutMs = 5000;
const connectionTimeoutMs = 10_000;

/** A pool of connections to a PostgreSQL server. */
export function createPostgresPool(url: string): Pool {
  return new Pool({
    connectionString: url,
    connectionTimeoutMillis: connectionTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  });
}
