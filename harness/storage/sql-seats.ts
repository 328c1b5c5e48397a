import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { type Seat, type Seats, SeatTakenError } from '../session/seats.ts';
import { pause } from './event-loop.ts';

// A seat is an advisory lock that a connection of its own holds: the database frees it when the process dies, at once, and
// does not while the process only stands still.

/** Between two tries to sit down. */
const retryMs = 100;
/** One that was killed or told to stop is gone by then. */
const patienceMs = 5_000;
/** Seconds: a machine that is gone without a word is given up by the database about so much later. */
const keepalive = { idle: 5, interval: 2, count: 3 };

const answerSchema = z.tuple([z.object({ granted: z.boolean() })]);

/** Seats of an application, in its database. Where connections share one backend, as on PGlite, nobody can tell who is there. */
export function sqlSeats(pool: Pool, application: string): Seats {
  let isShared = true;
  const keyOf = (name: string): string => `groundhog seat ${application}/${name}`;
  return {
    take: async (name) => {
      const key = keyOf(name);
      const client = await sitDown(pool, key, patienceMs);
      if (client === undefined) throw new SeatTakenError(name);
      isShared = await ask(pool, 'pg_try_advisory_xact_lock', key);
      if (isShared) {
        await standUp(client, key);
        return { leave: async () => undefined };
      }
      return keepSeat(pool, key, client);
    },
    inPlaceOf: async (name, act) => {
      if (isShared) return false;
      const client = await sitDown(pool, keyOf(name), 0);
      if (client === undefined) return false;
      try {
        await act();
        return true;
      } finally {
        await standUp(client, keyOf(name));
      }
    },
  };
}

/** A connection that has the lock, or undefined if it cannot be had in time. */
async function sitDown(pool: Pool, key: string, withinMs: number): Promise<PoolClient | undefined> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    const client = await pool.connect();
    const isMine = await ask(client, 'pg_try_advisory_lock', key).catch((error: unknown) => {
      client.release(true);
      throw error;
    });
    if (isMine) return client;
    client.release();
    if (waitedMs >= withinMs) return undefined;
    await pause(retryMs);
  }
}

async function ask(
  on: Pick<PoolClient | Pool, 'query'>,
  lock: 'pg_try_advisory_lock' | 'pg_try_advisory_xact_lock' | 'pg_advisory_unlock',
  key: string,
): Promise<boolean> {
  const { rows } = await on.query(`select ${lock}(hashtextextended($1, 0)) as granted`, [key]);
  return answerSchema.parse(rows)[0].granted;
}

/** The connection ends with it: whatever became of the lock, it is free. */
async function standUp(client: PoolClient, key: string): Promise<void> {
  await ask(client, 'pg_advisory_unlock', key).catch(() => undefined);
  client.release(true);
}

/** Sits until told to leave. A connection that breaks is replaced: who took the lock meanwhile has to give it back. */
function keepSeat(pool: Pool, key: string, first: PoolClient): Seat {
  const leaving = new AbortController();
  const { signal } = leaving;
  const stay = async (): Promise<void> => {
    let client: PoolClient | undefined = first;
    while (!signal.aborted && !pool.ending) {
      if (client === undefined) await pause(retryMs);
      else await untilLost(client, signal);
      if (signal.aborted) break;
      client?.release(true);
      // A database that cannot be reached is told to those who read from it; here it is only waited for.
      client = await sitDown(pool, key, 0).catch(() => undefined);
    }
    if (client !== undefined) await standUp(client, key);
  };
  const stayed = stay();
  return {
    leave: async () => {
      leaving.abort();
      await stayed;
    },
  };
}

async function untilLost(client: PoolClient, signal: AbortSignal): Promise<void> {
  const lost = Promise.withResolvers<void>();
  client.on('end', lost.resolve).on('error', () => lost.resolve());
  signal.addEventListener('abort', () => lost.resolve(), { once: true });
  if (signal.aborted) lost.resolve();
  const { idle, interval, count } = keepalive;
  await client
    .query(
      `select set_config('tcp_keepalives_idle', $1, false), set_config('tcp_keepalives_interval', $2, false),
              set_config('tcp_keepalives_count', $3, false)`,
      [idle, interval, count].map(String),
    )
    .catch(() => lost.resolve());
  await lost.promise;
}
