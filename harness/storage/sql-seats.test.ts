import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { testDatabases } from '../testing/test-databases.ts';
import { type Database, openDatabase } from './open-database.ts';
import { sqlSeats } from './sql-seats.ts';

// That a killed process loses its seat, and one that stands still does not, is shown with real processes by `groundhog crash --servers 2`.

let server: PostgresServer;
let one: Database;
let other: Database;
beforeAll(async () => {
  server = await startPostgres();
  one = await openDatabase({ kind: 'postgres', url: server.url() });
  other = await openDatabase({ kind: 'postgres', url: server.url() });
}, 240_000);
afterAll(async () => {
  await one.close();
  await other.close();
  await server.close();
});

/** Two processes of an application, and whether one acts in the place of the other called `a`. */
async function processes(application: string) {
  const here = sqlSeats(one.pool, application);
  const there = sqlSeats(other.pool, application);
  const seat = await there.take('b');
  return { here, there, isGone: () => there.inPlaceOf('a', async () => undefined), seat };
}

test('a seat has one process at a time, in one application: another is refused it, and has it once it is left', async () => {
  const { here, there, seat } = await processes('one');
  const first = await here.take('a');
  await expect(there.take('a')).rejects.toMatchObject({
    code: 'SEAT_TAKEN',
    message: expect.stringContaining("'a'"),
  });
  const elsewhere = await sqlSeats(other.pool, 'another').take('a');
  const waiting = there.take('a');
  await first.leave();
  const second = await waiting;
  for (const each of [second, elsewhere, seat]) await each.leave();
});

test('one that is there is not acted for; one that has left is', async () => {
  const { here, isGone, seat } = await processes('two');
  const mine = await here.take('a');
  expect(await isGone()).toBe(false);
  await mine.leave();
  expect(await isGone()).toBe(true);
  await seat.leave();
});

test('whoever comes back while another acts for it waits until that is done', async () => {
  const { here, there, seat } = await processes('three');
  const [begun, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const told: string[] = [];
  const acting = there.inPlaceOf('a', async () => {
    begun.resolve();
    await done.promise;
    told.push('acted');
  });
  await begun.promise;
  const back = here.take('a').then((mine) => {
    told.push('back');
    return mine;
  });
  await pause(250);
  done.resolve();
  expect(await acting).toBe(true);
  await (await back).leave();
  expect(told).toEqual(['acted', 'back']);
  await seat.leave();
});

test('a connection that breaks is replaced, and the seat is had again', async () => {
  const { here, isGone, seat } = await processes('four');
  const mine = await here.take('a');
  const holders = (): Promise<readonly { pid: number }[]> =>
    other.pool
      .query(
        `select pid from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()
           and ((classid::bigint << 32) | objid::bigint) = hashtextextended('groundhog seat four/a', 0)`,
      )
      .then(({ rows }) => rows);
  const [{ pid } = { pid: 0 }] = await holders();
  await other.pool.query('select pg_terminate_backend($1)', [pid]);
  const isBack = async (): Promise<boolean> => {
    const [holder] = await holders();
    return holder !== undefined && holder.pid !== pid;
  };
  while (!(await isBack())) await pause(20);
  expect(await isGone()).toBe(false);
  await mine.leave();
  await seat.leave();
});

test('on PGlite, where connections share a backend, nobody can tell: no seat is refused, and nobody is acted for', async () => {
  await using database = await testDatabases.PGlite();
  const seats = sqlSeats(database.pool, 'embedded');
  const first = await seats.take('a');
  const second = await sqlSeats(database.pool, 'embedded').take('a');
  await first.leave();
  await second.leave();
  let acted = false;
  const asked = await seats.inPlaceOf('a', async () => {
    acted = true;
  });
  expect([asked, acted]).toEqual([false, false]);
}, 240_000);
