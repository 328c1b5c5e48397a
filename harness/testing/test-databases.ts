import { openHarnessDatabase } from '../open-harness-database.ts';
import type { Database } from '../storage/open-database.ts';
import { startPostgres } from './postgres-server.ts';

/** A database with the harness's tables on each backend there is, made for one test file and gone with its `close`. */
export const testDatabases: Readonly<Record<'PGlite' | 'PostgreSQL', () => Promise<Database>>> = {
  PGlite: () => openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' }),
  PostgreSQL: async () => {
    const server = await startPostgres();
    const url = await server.createDatabase('test');
    const database = await openHarnessDatabase({ kind: 'postgres', url });
    const close = async (): Promise<void> => {
      await database.close();
      await server.close();
    };
    return { ...database, close, [Symbol.asyncDispose]: close };
  },
};
