import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { globalParams } from '@dbos-inc/dbos-sdk/internal/utils';
import { systemHost } from '../host/host.ts';
import { dbosLogger } from './dbos-runner.ts';

/** Brings DBOS's own tables up to date. DBOS migrates a pool it is given only at launch, so it is launched and shut down. */
export async function migrateDbos(
  pool: NonNullable<DBOSConfig['systemDatabasePool']>,
): Promise<void> {
  DBOS.setConfig({
    name: 'groundhog-migration',
    applicationVersion: 'groundhog-migration',
    executorID: 'groundhog-migration',
    // Must parse and is not used: the pool decides.
    systemDatabaseUrl: 'postgresql://groundhog@localhost/groundhog',
    systemDatabasePool: pool,
    useListenNotify: false,
    logger: dbosLogger(systemHost()),
  });
  await DBOS.launch();
  await DBOS.shutdown();
}

/** Changes whenever DBOS's tables may. */
export const dbosSchemaKey: string = globalParams.dbosVersion;
