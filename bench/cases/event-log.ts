import {
  createSessionFeed,
  durableBacking,
  type FeedItem,
  openSessionLog,
  type SessionStore,
} from '#harness';
import { databaseMeter, type Meter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';
import type { Arm, ArmGroup } from './arm.ts';
import { type BackendName, type BenchDatabase, openBackend } from './open-backend.ts';

// What it costs to keep a streamed answer and to show a session to many, beside one INSERT through the same pool.
//
//   E1. An answer is streamed at a model's pace by a clock of its own, so that nobody waits for it.
//   E2. An event has been shown when the last viewer has it in hand.

/** A long answer: so many tokens of four characters, so many milliseconds apart. */
const tokenCount = 1000;
const token = 'word';
const tokenMs = 10;
const crowd = 200;
const insertBatchSize = 200;
const eventBatchSize = 20;

const arms = {
  token: 'token of a streamed answer',
  one: 'event to 1 viewer',
  many: `event to ${crowd} viewers`,
} as const;

export async function openEventLog(
  backend: BackendName,
  options: { readonly databaseUrl?: string },
): Promise<ArmGroup> {
  await using setUp = new AsyncDisposableStack();
  const { database } = setUp.use(await openBackend(backend, options));
  const meter = databaseMeter(database);
  await database.pool.query('create table floor (id bigserial primary key, payload text not null)');
  const identity = { application: 'groundhog-bench', version: '1', executorId: 'bench' };
  const { store } = await durableBacking({ database, identity });
  const one = await openAudience(store, { size: 1, meter });
  const many = await openAudience(store, { size: crowd, meter });
  setUp.defer(one.close);
  setUp.defer(many.close);
  const size = await sizeOfAnswer(database, { store, meter });
  const tearDown = setUp.move();
  return {
    on: backend,
    floor: {
      name: 'INSERT of 4 bytes',
      includes: 'one statement with its own commit, through the same pool',
      sample: async () => {
        const stop = meter();
        for (let index = 0; index < insertBatchSize; index += 1) {
          await database.pool.query('insert into floor (payload) values ($1)', [token]);
        }
        return stop(insertBatchSize);
      },
    },
    cases: [
      {
        name: arms.token,
        includes: `one of ${tokenCount} at ${1000 / tokenMs} a second, stored in batches; the whole answer of ${tokenCount * token.length} characters is ${size.rows} rows of ${size.bytes} bytes, indexes included`,
        sample: () => streamAnswer(store, meter),
      },
      {
        name: arms.one,
        includes: 'one event stored and shown',
        sample: one.showEvents,
      },
      {
        name: arms.many,
        includes: 'one event stored and shown to the last of them',
        sample: many.showEvents,
      },
    ],
    bars: [
      {
        id: 'D4',
        says: 'milliseconds of one token of a streamed answer',
        arm: arms.token,
        clock: 'cpuMs',
        limit: 0.1,
      },
      {
        id: 'D5',
        says: `an event shown to ${crowd} viewers beside one shown to a single viewer`,
        arm: arms.many,
        against: arms.one,
        clock: 'cpuMs',
        limit: 3,
      },
    ],
    [Symbol.asyncDispose]: () => tearDown.disposeAsync(),
  };
}

const principal = { id: 'bench', role: 'customer', tenant: 'bench' };

/** Resolves to what one token took. */
async function streamAnswer(store: SessionStore, meter: Meter): Promise<Sample> {
  const id = crypto.randomUUID();
  let now = 0;
  const clock = { now: () => now, sleep: async () => undefined, timer: () => () => undefined };
  const log = openSessionLog(
    { sessionId: id, runId: id, principal },
    { store, feed: createSessionFeed(store), clock },
  );
  const stop = meter();
  const text = await log.openText('model#1');
  for (let index = 0; index < tokenCount; index += 1) {
    now += tokenMs;
    await text.add(token);
  }
  await text.flush();
  return stop(tokenCount);
}

async function sizeOfAnswer(
  { pool }: BenchDatabase,
  { store, meter }: { readonly store: SessionStore; readonly meter: Meter },
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const read = async (): Promise<{ rows: number; bytes: number }> => {
    const { rows } = await pool.query<{ rows: number; bytes: number }>(
      `select count(*)::int4 as rows, pg_total_relation_size('groundhog.text_deltas')::int4 as bytes
       from groundhog.text_deltas`,
    );
    return rows[0] ?? { rows: 0, bytes: 0 };
  };
  const before = await read();
  await streamAnswer(store, meter);
  const after = await read();
  return { rows: after.rows - before.rows, bytes: after.bytes - before.bytes };
}

/** People who watch one session to which events are told. */
async function openAudience(
  store: SessionStore,
  { size, meter }: { readonly size: number; readonly meter: Meter },
): Promise<{ readonly showEvents: Arm['sample']; readonly close: () => Promise<void> }> {
  const id = crypto.randomUUID();
  const feed = createSessionFeed(store);
  const leaving = new AbortController();
  let told = 0;
  let shown = 0;
  let allShown = Promise.withResolvers<void>();
  const count = async (items: AsyncIterable<FeedItem>): Promise<void> => {
    const shownTo = items[Symbol.asyncIterator]();
    while ((await shownTo.next()).done !== true) {
      shown += 1;
      if (shown === told * size) allShown.resolve();
    }
  };
  const watching = Array.from({ length: size }, () =>
    count(feed.subscribe(id, { after: 0, signal: leaving.signal })),
  );
  const showEvent = async (): Promise<void> => {
    told += 1;
    allShown = Promise.withResolvers();
    const fact = { type: 'run-started', agent: 'bench', traceId: 'bench' } as const;
    await store.appendEvents(id, [{ runId: id, step: `step-${told}`, ordinal: 0, fact }]);
    await allShown.promise;
  };
  await showEvent();
  return {
    showEvents: async () => {
      const stop = meter();
      for (let index = 0; index < eventBatchSize; index += 1) await showEvent();
      return stop(eventBatchSize);
    },
    close: async () => {
      leaving.abort();
      await Promise.all(watching);
    },
  };
}
