import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  record,
} from 'fast-check';
import { Client, DatabaseError, type Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSurvivingPool } from '../surviving-pool.ts';
import { startBackend } from './backend.ts';
import { createInProcessPool } from './in-process-pool.ts';
import { Multiplexer } from './multiplexer.ts';
import { serveMultiplexer } from './server/serve-multiplexer.ts';
import { defaultCacheDirectory } from './snapshot/cache-directory.ts';
import { preparedSnapshot } from './snapshot/prepared-snapshot.ts';
import {
  clientMessage,
  message,
  messagesIn,
  query,
  serverMessage,
  startup,
  sync,
  zeroTerminated,
} from './wire/messages.ts';

/** Printed in the title of what it drives, so that a failure can be run again. */
const seed = Number(process.env['GROUNDHOG_SEED'] ?? 20_261_120);
const shortTimeoutMs = 200;

interface Bench {
  readonly multiplexer: Multiplexer;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
}

type Front = 'in process' | 'over TCP';

function emptySnapshot(): Promise<Blob> {
  return preparedSnapshot({ cacheDir: defaultCacheDirectory(), prepare: undefined });
}

async function openBench(front: Front, idleInTransactionTimeoutMs = 60_000): Promise<Bench> {
  const db = await startBackend({ snapshot: await emptySnapshot() });
  const multiplexer = await Multiplexer.open(db, { idleInTransactionTimeoutMs });
  const server = await serveMultiplexer(multiplexer);
  const pool =
    front === 'in process'
      ? createInProcessPool(multiplexer)
      : createSurvivingPool({
          host: '127.0.0.1',
          port: server.port,
          user: 'postgres',
          max: 20,
        });
  return {
    multiplexer,
    pool,
    close: async () => {
      await pool.end();
      await server.close();
      await multiplexer.close();
      await db.close();
    },
  };
}

const sizes = [10, 1000, 40_000, 300_000, 1_000_000];

/** Text of a size that says where it belongs and whether it is whole. */
function payload(label: string, size: number): string {
  const body = `${label}:${'x'.repeat(size)}`;
  return `${createHash('sha256').update(body).digest('hex')}:${body}`;
}

function isWhole(text: string): boolean {
  return text.slice(0, 64) === createHash('sha256').update(text.slice(65)).digest('hex');
}

async function within<Result>(
  pool: Pool,
  use: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    return await use(client);
  } finally {
    client.release();
  }
}

const sessionCount = 5;
const operation = record({
  session: integer({ min: 0, max: sessionCount - 1 }),
  kind: constantFrom('insert', 'named', 'transaction', 'rolled-back', 'failing', 'notify'),
  size: constantFrom(...sizes.slice(0, 4)),
  yields: boolean(),
});
type Operation = typeof operation extends Arbitrary<infer Value> ? Value : never;

/** True when `text` is to be found in t1 afterwards. */
async function perform(client: PoolClient, each: Operation, text: string): Promise<boolean> {
  const insert = { text: 'insert into t1 values ($1)', values: [text] };
  const rest = async (): Promise<void> => {
    if (each.yields) await new Promise((resolve) => setImmediate(resolve));
  };
  await rest();
  switch (each.kind) {
    case 'insert':
      await client.query(insert);
      return true;
    case 'named':
      await client.query({ ...insert, name: 'insert' });
      return true;
    case 'notify':
      await client.query('select pg_notify($1, $2)', ['nobody', text.slice(0, 100)]);
      return false;
    case 'transaction':
    case 'rolled-back':
    case 'failing':
      await client.query('begin');
      await rest();
      await client.query(insert);
      await rest();
      if (each.kind === 'failing') {
        await fails(client.query('select $1::int4 / 0', [1]), '22012');
        await rest();
        await fails(client.query(insert), '25P02');
      }
      await client.query(each.kind === 'transaction' ? 'commit' : 'rollback');
      return each.kind === 'transaction';
  }
}

async function fails(asked: Promise<unknown>, code: string): Promise<void> {
  const failure: unknown = await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof DatabaseError && failure.code === code) return;
  throw new Error(`expected ${code}, got ${String(failure)}`);
}

/** What is answered to `batches`: the type of each message, and the first column of each row. */
async function ask(socket: Socket, batches: Buffer, batchCount = 1): Promise<readonly string[]> {
  const answered = Promise.withResolvers<Buffer>();
  let seen = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    seen = Buffer.concat([seen, bytes]);
    const ready = [...messagesIn(seen)].filter((each) => each[0] === serverMessage.readyForQuery);
    if (ready.length === batchCount) answered.resolve(seen);
  };
  socket.on('data', read);
  socket.write(batches);
  const answer = await answered.promise;
  socket.off('data', read);
  return [...messagesIn(answer)].map((each) => {
    const type = String.fromCharCode(each[0] ?? 0);
    return type === 'D' ? `D ${each.toString('utf8', 11)}` : type;
  });
}

/** Binds and executes the unnamed statement. */
const runBatch = Buffer.concat([
  message(clientMessage.bind, Buffer.alloc(8)),
  message(0x45 /* Execute */, Buffer.alloc(5)),
  sync,
]);
/** Closes the unnamed statement. */
const closeBatch = Buffer.concat([message(clientMessage.close, Buffer.from('S\0')), sync]);

/** A batch that prepares the unnamed statement. */
function parseBatch(sql: string): Buffer {
  return Buffer.concat([
    message(clientMessage.parse, zeroTerminated(''), zeroTerminated(sql), Buffer.alloc(2)),
    sync,
  ]);
}

describe.for(['in process', 'over TCP'] satisfies Front[])('sessions %s', (front) => {
  let bench: Bench;
  let pool: Pool;

  beforeAll(async () => {
    bench = await openBench(front);
    pool = bench.pool;
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await pool.query('drop table if exists t1, t2');
    await pool.query('create table t1 (v text); create table t2 (v text)');
  });

  const rowsOf = async (table: string): Promise<readonly string[]> =>
    (await pool.query<{ v: string }>(`select v from ${table}`)).rows.map(({ v }) => v);

  test('write where they were told to while another holds a transaction', async () => {
    const [a, b, c] = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    await a.query('begin');
    await a.query("insert into t1 values ('A')");
    const waiting = [
      b.query('insert into t1 values ($1) returning v', ['B->t1']),
      c.query('insert into t2 values ($1) returning v', ['C->t2']),
    ];
    await a.query('commit');
    const answers = await Promise.all(waiting);
    for (const client of [a, b, c]) client.release();
    expect(answers.map(({ rows }) => rows)).toEqual([[{ v: 'B->t1' }], [{ v: 'C->t2' }]]);
    expect([await rowsOf('t1'), await rowsOf('t2')]).toEqual([['A', 'B->t1'], ['C->t2']]);
  });

  test('never mix up batches of 10 B to 1 MB', async () => {
    const count = 120;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, n) => {
        const table = n % 2 === 0 ? 't1' : 't2';
        const text = payload(table, sizes[n % sizes.length] ?? 0);
        return pool
          .query<{ v: string }>(`insert into ${table} values ($1) returning v`, [text])
          .then(({ rows }) => rows.length === 1 && rows[0]?.v === text);
      }),
    );
    expect(answers).toEqual(answers.map(() => true));
    for (const table of ['t1', 't2']) {
      const rows = await rowsOf(table);
      expect(rows).toHaveLength(count / 2);
      expect(rows.filter((row) => !isWhole(row) || row.slice(65, 67) !== table)).toEqual([]);
    }
  });

  test(`leave what a serial run would leave, in any interleaving (seed ${seed})`, async () => {
    await assert(
      asyncProperty(array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
        await pool.query('truncate t1');
        const kept = await Promise.all(
          Array.from({ length: sessionCount }, (_, session) =>
            within(pool, async (client) => {
              const mine = operations.filter((each) => each.session === session);
              const texts: string[] = [];
              for (const [n, each] of mine.entries()) {
                const text = payload(`${session}.${n}`, each.size);
                if (await perform(client, each, text)) texts.push(text);
              }
              return texts;
            }),
          ),
        );
        expect((await rowsOf('t1')).toSorted()).toEqual(kept.flat().toSorted());
      }),
      { seed, numRuns: 15 },
    );
  }, 120_000);

  test('forget a client that vanishes in a transaction, with what it had asked for', async () => {
    const dead = await pool.connect();
    await dead.query('begin');
    await dead.query("insert into t1 values ('lost')");
    const asked = dead.query("insert into t1 values ('never')");
    const waiting = pool.query("insert into t2 values ('kept')");
    dead.release(true);
    await asked.catch(() => undefined);
    await waiting;
    expect([await rowsOf('t1'), await rowsOf('t2')]).toEqual([[], ['kept']]);
  });

  test('survive a statement that breaks the backend’s answer', async () => {
    const deep = `select ${'1+'.repeat(30_000)}1`;
    await within(pool, async (client) => {
      await client.query('begin');
      await client.query("insert into t1 values ('lost')");
      await expect(client.query(deep)).rejects.toMatchObject({ code: 'XX000' });
      await expect(client.query("insert into t1 values ('outside')")).rejects.toThrow(
        /not queryable|terminated/,
      );
    });
    await pool.query('insert into t2 values ($1)', ['kept']);
    expect([await rowsOf('t1'), await rowsOf('t2')]).toEqual([[], ['kept']]);
  });

  test('prepare more statements than the backend keeps', async () => {
    await within(pool, async (client) => {
      const askNth = async (n: number): Promise<unknown> =>
        (await client.query({ name: `s${n}`, text: `select $1::int4 + ${n} as n`, values: [1] }))
          .rows;
      for (let n = 0; n < 1200; n += 1) expect(await askNth(n)).toEqual([{ n: n + 1 }]);
      expect(await askNth(0)).toEqual([{ n: 1 }]);
    });
    const { rows } = await pool.query('select count(*)::int4 as n from pg_prepared_statements');
    expect(rows[0]?.n).toBeLessThan(600);
  });

  test('read a portal in portions without others getting in between', async () => {
    await within(pool, async (client) => {
      // pg's own option, unknown to its types.
      const inPortions = { text: 'select n from generate_series(1, 100) n', rows: 7 };
      const portions = client.query(inPortions);
      const others = Array.from({ length: 10 }, (_, n) => pool.query('select $1::int4 as n', [n]));
      expect((await portions).rows).toHaveLength(100);
      expect((await Promise.all(others)).map(({ rows }) => rows[0]?.n)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
      ]);
    });
  });
});

describe.for(['in process', 'over TCP'] satisfies Front[])(
  'a session %s that stays idle',
  (front) => {
    test('in a transaction loses it and its connection, and the others go on', async () => {
      const bench = await openBench(front, shortTimeoutMs);
      try {
        await bench.pool.query('create table t (v text)');
        const idle = await bench.pool.connect();
        const told = new Promise((resolve) => {
          idle.once('error', resolve);
        });
        await idle.query('begin');
        await idle.query("insert into t values ('lost')");
        expect((await bench.pool.query('select * from t')).rows).toEqual([]);
        expect(await told).toMatchObject({ code: '25P03' });
        await expect(idle.query('commit')).rejects.toThrow(/not queryable|terminated/);
        idle.release();
        expect((await bench.pool.query('select * from t')).rows).toEqual([]);
      } finally {
        await bench.close();
      }
    });

    test('outside a transaction is left alone', async () => {
      const bench = await openBench(front, shortTimeoutMs);
      try {
        await within(bench.pool, async (client) => {
          await client.query('select 1');
          await new Promise((resolve) => setTimeout(resolve, 3 * shortTimeoutMs));
          expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
        });
      } finally {
        await bench.close();
      }
    });
  },
);

test('says so when the backend is gone, to sessions old and new', async () => {
  const db = await startBackend({ snapshot: await emptySnapshot() });
  const multiplexer = await Multiplexer.open(db, { idleInTransactionTimeoutMs: 60_000 });
  const pool = createInProcessPool(multiplexer);
  await within(pool, async (client) => {
    await client.query('select 1');
    await db.close();
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '57P02' });
  });
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: '57P02' });
  await pool.end();
  await multiplexer.close();
});

describe('the TCP front', () => {
  let multiplexer: Multiplexer;
  let port: number;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const db = await startBackend({ snapshot: await emptySnapshot() });
    multiplexer = await Multiplexer.open(db, { idleInTransactionTimeoutMs: 60_000 });
    const server = await serveMultiplexer(multiplexer);
    port = server.port;
    close = async () => {
      await server.close();
      await multiplexer.close();
      await db.close();
    };
  });
  afterAll(() => close());

  const openSocket = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => {
      socket.once('connect', resolve);
    });
    return socket;
  };
  const openSession = async (): Promise<Socket> => {
    const socket = await openSocket();
    await ask(socket, startup({ user: 'postgres' }));
    return socket;
  };
  const openClient = async (): Promise<Client> => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres' });
    await client.connect();
    return client;
  };
  test('rolls back when a socket breaks in the middle of a message in a transaction', async () => {
    const client = await openClient();
    await client.query('create table broken (v text)');
    const socket = await openSession();
    await ask(socket, query("begin; insert into broken values ('lost')"));
    socket.write(query(`insert into broken values ('${'x'.repeat(100_000)}')`).subarray(0, 70_000));
    const waiting = client.query('select * from broken');
    socket.destroy();
    expect((await waiting).rows).toEqual([]);
    await client.end();
  });

  test('serves bytes that arrive one at a time', async () => {
    const socket = await openSession();
    const bytes = Buffer.concat([query("select 'whole'"), sync]);
    for (const byte of bytes.subarray(0, -1)) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ask(socket, bytes.subarray(-1), 2)).toEqual(['T', 'D whole', 'C', 'Z', 'Z']);
    socket.destroy();
  });

  test('keeps a statement prepared in one batch for a later one, whoever came between', async () => {
    const [a, b] = [await openSession(), await openSession()];
    expect(await ask(a, parseBatch("select 'of a'"))).toEqual(['1', 'Z']);
    expect(await ask(b, parseBatch("select 'of b'"))).toEqual(['1', 'Z']);
    expect(await ask(a, runBatch)).toEqual(['2', 'D of a', 'C', 'Z']);
    expect(await ask(b, runBatch)).toEqual(['2', 'D of b', 'C', 'Z']);
    a.destroy();
    b.destroy();
  });

  test('answers each Parse once, though the backend parses more or less often', async () => {
    const [a, b] = [await openSession(), await openSession()];
    const prepare = parseBatch("select 'shared'");
    expect(await ask(a, prepare)).toEqual(['1', 'Z']);
    expect(await ask(b, prepare)).toEqual(['1', 'Z']);
    expect(await ask(b, Buffer.concat([prepare, runBatch]), 2)).toEqual([
      '1',
      'Z',
      '2',
      'D shared',
      'C',
      'Z',
    ]);
    await ask(b, query('create table forgetting ()'));
    expect(await ask(a, runBatch)).toEqual(['2', 'D shared', 'C', 'Z']);
    a.destroy();
    b.destroy();
  });

  test('parses again what failed to parse', async () => {
    const a = await openSession();
    const prepare = parseBatch("select 'after all'");
    await ask(a, query('begin'));
    await ask(a, query('select 1/0'));
    expect(await ask(a, prepare)).toEqual(['E', 'Z']);
    await ask(a, query('rollback'));
    expect(await ask(a, prepare)).toEqual(['1', 'Z']);
    expect(await ask(a, runBatch)).toEqual(['2', 'D after all', 'C', 'Z']);
    expect(await ask(a, closeBatch)).toEqual(['3', 'Z']);
    expect(await ask(a, runBatch)).toEqual(['E', 'Z']);
    a.destroy();
  });

  test('hangs up on what is not the protocol', async () => {
    const socket = await openSocket();
    const closed = new Promise((resolve) => {
      socket.resume().once('close', resolve);
    });
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    const client = await openClient();
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await client.end();
  });

  test('tells its clients when it closes', async () => {
    const client = await openClient();
    const told = new Promise((resolve) => {
      client.once('error', resolve);
    });
    await multiplexer.close();
    expect(await told).toMatchObject({ code: '57P01' });
    await client.end();
  });
});
