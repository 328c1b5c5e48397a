import { expect, test } from 'vitest';
import { startPostgres } from '../testing/postgres-server.ts';
import { type DatabaseOptions, openDatabase } from './open-database.ts';

const readOnly = true;
const statement = 'create table notes (note text)';
const databases: Readonly<
  Record<string, () => Promise<{ options: DatabaseOptions; close: () => Promise<void> }>>
> = {
  PGlite: async () => ({
    options: { kind: 'pglite', dataDir: 'memory' },
    close: async () => undefined,
  }),
  PostgreSQL: async () => {
    const { url, close } = await startPostgres();
    return { options: { kind: 'postgres', url: url() }, close };
  },
};

test.for(Object.entries(databases))(
  '%s refuses to write where it was opened to be read, on every connection',
  { timeout: 60_000 },
  async ([, start]) => {
    const { options, close } = await start();
    try {
      await using reading = await openDatabase({ ...options, readOnly });
      const clients = await Promise.all([reading.pool.connect(), reading.pool.connect()]);
      for (const client of clients) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '25006' });
        expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
        client.release();
      }
      // Where it may, the same statement writes.
      await using writing = await openDatabase(options);
      await writing.pool.query(statement);
    } finally {
      await close();
    }
  },
);
