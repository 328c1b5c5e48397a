import { Client, Pool, type PoolConfig } from 'pg';

/**
 * A pool that outlives its connections. pg emits 'error' on the pool for a connection that breaks while idle
 * and on the client for one that breaks while checked out, and an 'error' nobody listens to ends the process.
 * Nothing is hidden by listening: the pool replaces an idle connection, and the queries of a client that was
 * checked out reject.
 */
export function createSurvivingPool(config: PoolConfig): Pool {
  const pool = new Pool({ ...config, Client: OutspokenClient });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** What a socket or a name that is gone for as long as its server is comes to. */
const absenceCodes: readonly unknown[] = ['ENOENT', 'ENOTFOUND'];

/**
 * Says of a server whose socket or name is not there that it could not be connected to, as it says of one that refuses: DBOS
 * waits for servers, and takes what it does not know for one for the end of a run.
 */
class OutspokenClient extends Client {
  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error: Error) => {
      const isAbsent =
        error instanceof Error && 'code' in error && absenceCodes.includes(error.code);
      if (isAbsent) error.message = `could not connect to server: ${error.message}`;
      callback(error);
    });
    return undefined;
  }
}
