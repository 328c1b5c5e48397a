/**
 * What DBOS and drizzle rely on in a pg pool, held by each way we have of providing one: sessions of an
 * embedded database in process and over TCP, and a PostgreSQL server. The server is the reference: a claim
 * that fails there is a wrong claim.
 */
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, jsonb, pgTable, text as textColumn, timestamp } from 'drizzle-orm/pg-core';
import { type Pool, type PoolClient, types } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres } from '../testing/postgres-server.ts';
import { createInProcessPool } from './pglite/in-process-pool.ts';
import { openPglite } from './pglite/open-pglite.ts';
import { serveMultiplexer } from './pglite/server/serve-multiplexer.ts';
import { createPostgresPool } from './postgres/connect-postgres.ts';

interface Provider {
  /** A further pool on the same database. */
  readonly pool: () => Pool;
  readonly close: () => Promise<void>;
}

const providers: Readonly<Record<string, () => Promise<Provider>>> = {
  'PGlite in process': async () => {
    const { multiplexer, close } = await openPglite({ dataDir: 'memory' });
    return { pool: () => createInProcessPool(multiplexer), close };
  },
  'PGlite over TCP': async () => {
    const { multiplexer, close } = await openPglite({ dataDir: 'memory' });
    const server = await serveMultiplexer(multiplexer);
    const url = `postgresql://postgres@127.0.0.1:${server.port}/postgres`;
    return {
      pool: () => createPostgresPool(url),
      close: async () => {
        await server.close();
        await close();
      },
    };
  },
  PostgreSQL: async () => {
    const server = await startPostgres();
    return { pool: () => createPostgresPool(server.url()), close: server.close };
  },
};

const notes = pgTable('notes', {
  id: integer().primaryKey(),
  body: textColumn().notNull(),
  detail: jsonb().$type<{ readonly tags: readonly string[] }>(),
  at: timestamp({ withTimezone: true }),
});

async function askNamed(client: PoolClient, text: string): Promise<unknown> {
  return (await client.query({ name: 'mine', text, values: [4] })).rows;
}

describe.for(Object.entries(providers))('a pool on %s', ([, open]) => {
  let provider: Provider;
  let pool: Pool;

  beforeAll(async () => {
    provider = await open();
    pool = provider.pool();
  });
  afterAll(async () => {
    await pool.end();
    await provider.close();
  });
  beforeEach(async () => {
    await pool.query('drop table if exists notes, other');
    await pool.query(
      'create table notes (id int primary key, body text not null, detail jsonb, at timestamptz)',
    );
  });

  const bodies = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ body: string }>('select body from notes order by id');
    return rows.map(({ body }) => body);
  };

  async function withClients<Result>(
    count: number,
    use: (clients: readonly PoolClient[]) => Promise<Result>,
  ): Promise<Result> {
    const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
    try {
      return await use(clients);
    } finally {
      for (const client of clients) client.release();
    }
  }

  const pair = <Result>(use: (a: PoolClient, b: PoolClient) => Promise<Result>): Promise<Result> =>
    withClients(2, ([a, b]) => {
      if (a === undefined || b === undefined) throw new Error('two were asked for');
      return use(a, b);
    });

  test('gives values the types of node-postgres', async () => {
    const { rows, fields, rowCount, command } = await pool.query(
      `select 9007199254740993::int8 as large, 1.50::numeric as price, 7::int4 as small, 1.5::float8 as ratio,
        '{"a":[1]}'::jsonb as document, '2026-01-02T03:04:05Z'::timestamptz as moment, '\\x0001ff'::bytea as bytes,
        true as yes, null::text as nothing, array[1,2]::int4[] as list, 'x'::text as letters`,
    );
    expect(rows).toEqual([
      {
        large: '9007199254740993',
        price: '1.50',
        small: 7,
        ratio: 1.5,
        document: { a: [1] },
        moment: new Date('2026-01-02T03:04:05Z'),
        bytes: Buffer.from([0, 1, 255]),
        yes: true,
        nothing: null,
        list: [1, 2],
        letters: 'x',
      },
    ]);
    expect([rowCount, command, fields[0]?.name, fields[0]?.dataTypeID]).toEqual([
      1,
      'SELECT',
      'large',
      types.builtins.INT8,
    ]);
  });

  test('takes parameters of every kind', async () => {
    const values = [
      1,
      'ä\u{1F980}\n',
      { a: 1 },
      new Date(0),
      Buffer.from([0, 255]),
      null,
      [1, 2],
      true,
    ];
    const { rows } = await pool.query(
      'select $1::int4 a, $2::text b, $3::jsonb c, $4::timestamptz d, $5::bytea e, $6::text f, $7::int4[] g, $8::bool h',
      values,
    );
    expect(Object.values(rows[0] ?? {})).toEqual(values);
  });

  test('honours rowMode, type parsers of a query, names, and callbacks', async () => {
    const asArray = await pool.query({ text: 'select 1 as a, 2 as a', rowMode: 'array' });
    expect(asArray.rows).toEqual([[1, 2]]);

    const parsed = await pool.query({
      text: 'select $1::int8 as n',
      values: ['5'],
      types: {
        getTypeParser: (() => (value: string) => `<${value}>`) as typeof types.getTypeParser,
      },
    });
    expect(parsed.rows).toEqual([{ n: '<5>' }]);

    const called = await new Promise((resolve, reject) => {
      pool.query('select $1::int4 as n', [3], (error, result) =>
        error ? reject(error) : resolve(result.rows),
      );
    });
    expect(called).toEqual([{ n: 3 }]);
  });

  test('runs several statements of one simple query as one transaction', async () => {
    const results: unknown = await pool.query("insert into notes values (1, 'a'); select 1 as n");
    expect(results).toMatchObject([{ command: 'INSERT' }, { rows: [{ n: 1 }] }]);
    await expect(
      pool.query(
        "insert into notes values (2, 'b'); select 1/0; insert into notes values (3, 'c')",
      ),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await bodies()).toEqual(['a']);
  });

  test('reports errors with code, detail and constraint, and goes on', async () => {
    await pool.query("insert into notes values (1, 'a')");
    await expect(pool.query('insert into notes values ($1, $2)', [1, 'b'])).rejects.toMatchObject({
      code: '23505',
      constraint: 'notes_pkey',
      detail: 'Key (id)=(1) already exists.',
    });
    await expect(pool.query('select nothing from nowhere')).rejects.toMatchObject({
      code: '42P01',
    });
    await expect(pool.query('select $1::int4', ['x'])).rejects.toMatchObject({ code: '22P02' });
    await expect(pool.query('selec')).rejects.toMatchObject({ code: '42601' });
    expect(await bodies()).toEqual(['a']);
  });

  test('commits and rolls back, and shows nothing of an open transaction to others', async () => {
    await pair(async (a, b) => {
      await a.query('begin');
      await a.query("insert into notes values (1, 'a')");
      await a.query('commit');
      await b.query('begin isolation level read committed');
      await b.query("insert into notes values (2, 'b')");
      await b.query('rollback');
    });
    expect(await bodies()).toEqual(['a']);
  });

  test('refuses statements after an error until the transaction ends', async () => {
    await pair(async (a) => {
      await a.query('begin');
      await a.query('insert into notes values ($1, $2)', [1, 'a']);
      await expect(a.query('select 1/0')).rejects.toMatchObject({ code: '22012' });
      await expect(a.query('select 1')).rejects.toMatchObject({ code: '25P02' });
      await expect(a.query('select $1::int4', [1])).rejects.toMatchObject({ code: '25P02' });
      expect(await a.query('commit')).toMatchObject({ command: 'ROLLBACK' });
      expect((await a.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    });
    expect(await bodies()).toEqual([]);
  });

  test('goes back to a savepoint', async () => {
    await pair(async (a) => {
      await a.query('begin');
      await a.query("insert into notes values (1, 'a')");
      await a.query('savepoint here');
      await expect(a.query("insert into notes values (1, 'b')")).rejects.toMatchObject({
        code: '23505',
      });
      await a.query('rollback to here');
      await a.query("insert into notes values (2, 'c')");
      await a.query('commit');
    });
    expect(await bodies()).toEqual(['a', 'c']);
  });

  test('hands out many clients at once; only a transaction makes others wait', async () => {
    await withClients(8, async (clients) => {
      const answers = await Promise.all(
        clients.map(async (client, n) => (await client.query('select $1::int4 as n', [n])).rows[0]),
      );
      expect(answers).toEqual(clients.map((_, n) => ({ n })));
      const [a, b] = clients;
      await a?.query('begin');
      await a?.query("insert into notes values (1, 'a')");
      const read = b?.query('select count(*)::int4 as n from notes where body = $1', ['b']);
      await a?.query("update notes set body = 'b'");
      await a?.query('commit');
      await read;
    });
    expect([pool.waitingCount, pool.idleCount > 0]).toEqual([0, true]);
  });

  test('lets two clients use one statement name for two statements', async () => {
    await pair(async (a, b) => {
      for (let round = 0; round < 3; round += 1) {
        expect(await askNamed(a, 'select $1::int4 + 1 as n')).toEqual([{ n: 5 }]);
        expect(await askNamed(b, "select $1::int4 * 2 as n, 'b' as who")).toEqual([
          { n: 8, who: 'b' },
        ]);
      }
    });
  });

  test('keeps a named statement alive through other clients’ errors and schema changes', async () => {
    await pair(async (a, b) => {
      const insert = { name: 'insert', text: 'insert into notes (id, body) values ($1, $2)' };
      await a.query({ ...insert, values: [1, 'a'] });
      await b.query('create table other (id int)');
      await expect(a.query({ ...insert, values: [1, 'b'] })).rejects.toMatchObject({
        code: '23505',
      });
      await b.query('alter table notes add column extra text');
      await a.query({ ...insert, values: [2, 'b'] });
    });
    expect(await bodies()).toEqual(['a', 'b']);
  });

  test('sees a table as it is now, however often the statement ran before', async () => {
    const everything = 'select * from notes where id = $1';
    const insert = 'insert into notes (id, body) values ($1, $2)';
    await pool.query(insert, [1, 'a']);
    for (let round = 0; round < 6; round += 1) await pool.query(everything, [1]);
    await pool.query('alter table notes add column extra int default 7');
    expect((await pool.query(everything, [1])).rows).toEqual([
      { id: 1, body: 'a', detail: null, at: null, extra: 7 },
    ]);
    await pool.query('alter table notes alter column id type text');
    await pool.query(insert, ['two', 'b']);
    await pair(async (a) => {
      await a.query('begin');
      await a.query('alter table notes drop column extra');
      expect((await a.query(everything, ['two'])).rows).toEqual([
        { id: 'two', body: 'b', detail: null, at: null },
      ]);
      await a.query('rollback');
    });
    expect((await pool.query(everything, ['two'])).rows).toMatchObject([{ extra: 7 }]);
    await pair(async (a) => {
      await a.query('begin; savepoint here; alter table notes drop column extra');
      await a.query(everything, ['two']);
      await a.query('rollback to here');
      expect((await a.query(everything, ['two'])).rows).toMatchObject([{ extra: 7 }]);
      await a.query('rollback');
    });
  });

  test('delivers notifications on commit, to those who listen and to nobody else', async () => {
    await withClients(4, async ([upper, lower, both, sender]) => {
      const heard: string[] = [];
      const hear = (name: string, client: PoolClient | undefined): void => {
        client?.on('notification', ({ channel, payload }) =>
          heard.push(`${name} ${channel} ${payload}`),
        );
      };
      hear('upper', upper);
      hear('lower', lower);
      hear('both', both);
      await upper?.query('listen "News"');
      await lower?.query('LISTEN News');
      await both?.query('listen "News"; listen news');
      await sender?.query('begin');
      await sender?.query("select pg_notify('News', $1)", ['1']);
      await sender?.query('rollback');
      await upper?.query('begin');
      await upper?.query('unlisten *');
      await upper?.query('rollback');
      await sender?.query('begin');
      await sender?.query("select pg_notify('News', $1)", ['2']);
      await sender?.query("notify news, '3'");
      await sender?.query('commit');
      await both?.query('unlisten news');
      await sender?.query("notify news, '4'");
      await lower?.query('unlisten *');
      await sender?.query("notify news, '5'");
      await sender?.query('notify "News", \'6\'');
      for (const client of [upper, lower, both]) await client?.query('select 1');
      await expect
        .poll(() => heard.toSorted())
        .toEqual([
          'both News 2',
          'both News 6',
          'both news 3',
          'lower news 3',
          'lower news 4',
          'upper News 2',
          'upper News 6',
        ]);
      for (const client of [upper, lower, both, sender]) {
        client?.removeAllListeners('notification');
        await client?.query('unlisten *');
      }
    });
  });

  test('moves large parameters and large results', async () => {
    const large = 'x'.repeat(3_000_000);
    await pool.query('insert into notes values ($1, $2)', [1, large]);
    expect(await bodies()).toEqual([large]);
    const { rows } = await pool.query(
      'select n, repeat($1, 20) as t from generate_series(1, 50000) n',
      ['abc'],
    );
    expect(rows).toHaveLength(50_000);
    expect(rows[49_999]).toEqual({ n: 50_000, t: 'abc'.repeat(20) });
  });

  test('answers nothing, and statements without rows', async () => {
    expect((await pool.query('')).rows).toEqual([]);
    expect((await pool.query('select')).rows).toEqual([{}]);
    expect((await pool.query('select 1 where false')).rows).toEqual([]);
    expect((await pool.query("insert into notes values (1, 'a')")).rowCount).toBe(1);
    expect((await pool.query('delete from notes where id > $1', [0])).rowCount).toBe(1);
  });

  test('refuses COPY FROM STDIN and goes on', async () => {
    await expect(pool.query('copy notes from stdin')).rejects.toThrow(/COPY/i);
    await expect(pool.query('/* a; */ copy notes -- b\n from stdin')).rejects.toThrow(/COPY/i);
    await expect(
      pool.query({ text: 'copy notes from stdin', values: [], name: 'copy' }),
    ).rejects.toThrow(/COPY/i);
    expect(await bodies()).toEqual([]);
  });

  test('rolls back what a discarded client left open', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query("insert into notes values (1, 'a')");
    client.release(true);
    await pool.query('truncate notes');
    expect(await bodies()).toEqual([]);
  });

  test('carries drizzle: typed rows, upserts, transactions that roll back', async () => {
    const db = drizzle(pool);
    const at = new Date('2026-01-02T03:04:05.678Z');
    const note = { id: 1, body: 'a', detail: { tags: ['x'] }, at };
    await db.insert(notes).values(note);
    await db
      .insert(notes)
      .values(note)
      .onConflictDoUpdate({ target: notes.id, set: { body: 'b' } });
    await expect(
      db.transaction(async (transaction) => {
        await transaction.update(notes).set({ body: 'c' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.select().from(notes)).toEqual([{ ...note, body: 'b' }]);
  });

  test('ends: no further clients, the database stays', async () => {
    const other = provider.pool();
    const events: string[] = [];
    other.on('connect', () => events.push('connect'));
    other.on('remove', () => events.push('remove'));
    await other.query('select 1');
    await other.end();
    await expect(other.query('select 1')).rejects.toThrow('after calling end');
    await expect.poll(() => events).toEqual(['connect', 'remove']);
    expect(await bodies()).toEqual([]);
  });
});
