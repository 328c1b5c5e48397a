import { join } from 'node:path';
import { createScratchDatabase, openHarnessDatabase, startPgliteServer } from '#harness';
import type { WorkerOrder } from './worker-order.ts';

/**
 * Where the workers of a sweep keep their sessions. `pglite`: each on disk in its own process, so the database dies with
 * the worker. `pglite-server`: one embedded database in a process of its own. `postgres`: a server.
 */
export const crashBackendNames = ['pglite', 'pglite-server', 'postgres'] as const;
export type CrashBackendName = (typeof crashBackendNames)[number];

export interface CrashBackend extends AsyncDisposable {
  /** The database of one worker, the same in all its lives. */
  readonly databaseOf: (worker: string) => WorkerOrder['database'];
}

export interface CrashBackendOptions {
  readonly name: CrashBackendName;
  /** A directory of this sweep, removed by its owner. */
  readonly directory: string;
  /** For `postgres`: a server on which a database may be created. */
  readonly databaseUrl: string | undefined;
}

/** Opens a backend with its tables in place. What it creates it removes when it is disposed of. */
export async function openCrashBackend(options: CrashBackendOptions): Promise<CrashBackend> {
  switch (options.name) {
    case 'pglite':
      return {
        databaseOf: (worker) => ({
          kind: 'pglite',
          dataDir: join(options.directory, worker, 'database'),
        }),
        [Symbol.asyncDispose]: async () => undefined,
      };
    case 'pglite-server':
      return openPgliteServer(join(options.directory, 'database'));
    case 'postgres':
      return openPostgres(options.databaseUrl);
  }
}

async function openPgliteServer(dataDir: string): Promise<CrashBackend> {
  const database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  await database.close();
  const server = await startPgliteServer({ dataDir });
  return {
    databaseOf: () => ({ kind: 'postgres', url: server.url }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** One scratch database for the whole sweep: executor ids keep its workers apart, and nothing is left on the server. */
async function openPostgres(serverUrl: string | undefined): Promise<CrashBackend> {
  const server = serverUrl === undefined ? await startOwnServer() : { url: serverUrl };
  const scratch = await createScratchDatabase(server.url);
  const database = await openHarnessDatabase({ kind: 'postgres', url: scratch.url });
  await database.close();
  return {
    databaseOf: () => ({ kind: 'postgres', url: scratch.url }),
    [Symbol.asyncDispose]: async () => {
      await scratch.drop();
      if ('close' in server) await server.close();
    },
  };
}

async function startOwnServer(): Promise<{
  readonly url: string;
  readonly close: () => Promise<void>;
}> {
  const { startPostgres } = await import('#harness/testing');
  const server = await startPostgres();
  return { url: server.url(), close: () => server.close() };
}
