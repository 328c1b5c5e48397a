import { Pool, type PoolConfig } from 'pg';

/**
 * A pool that outlives its connections. pg emits 'error' on the pool for a connection that breaks while idle
 * and on the client for one that breaks while checked out, and an 'error' nobody listens to ends the process.
 * Nothing is hidden by listening: the pool replaces an idle connection, and the queries of a client that was
 * checked out reject.
 */
export function createSurvivingPool(config: PoolConfig): Pool {
  const pool = new Pool(config);
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
