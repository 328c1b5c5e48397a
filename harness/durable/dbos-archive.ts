import { DBOSClient, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { systemHost } from '../host/host.ts';
import type { RunArchive } from '../session/run-archive.ts';
import { dbosLogger } from './dbos-runner.ts';
import { sessionRuns } from './session-runs.ts';

/** The runs in a database, without running any: it may be one on which another process runs them. */
export async function openDbosArchive({
  pool,
  url,
}: {
  readonly pool: NonNullable<DBOSConfig['systemDatabasePool']>;
  readonly url: string;
}): Promise<RunArchive & AsyncDisposable> {
  const client = await DBOSClient.create({
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    logger: dbosLogger(systemHost()),
  });
  return {
    runsOf: (sessionId) => sessionRuns(sessionId, (input) => client.listWorkflows(input)),
    forget: async (runIds) => {
      if (runIds.length > 0) await client.deleteWorkflows([...runIds]);
    },
    [Symbol.asyncDispose]: () => client.destroy(),
  };
}
