import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { startPostgres } from '../testing/postgres-server.ts';
import { startPgliteServer } from './pglite/server/start-pglite-server.ts';

const rounds = 6;

/**
 * A process that asks to enter the sessions `s0`, `s1`, … as one principal, each at a moment that it agrees on with the
 * others through the database.
 */
const entering = `
  import { admitRun } from ${JSON.stringify(new URL('admit-run.ts', import.meta.url))};
  import { drizzle } from ${JSON.stringify(new URL('drizzle.ts', import.meta.url))};
  import { createPostgresPool } from ${JSON.stringify(new URL('postgres/connect-postgres.ts', import.meta.url))};
  const [url, id, rounds] = process.argv.slice(1);
  const pool = createPostgresPool(url);
  const principal = { id, role: 'customer', tenant: id + '-tenant' };
  const answers = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    await pool.query('insert into arrivals values ($1, $2)', [round, id]);
    for (;;) {
      const { rows } = await pool.query('select from arrivals where round = $1', [round]);
      if (rows.length === 2) break;
    }
    const client = await pool.connect();
    await client.query('begin');
    const run = { runId: id + round, sessionId: 's' + round, principal };
    const admission = await admitRun(drizzle(client), run);
    await client.query('commit');
    client.release();
    answers.push('refused' in admission ? admission.refused.code : admission.runOrdinal);
  }
  await pool.end();
  console.log(JSON.stringify(answers));
`;

const answersSchema = z.array(z.union([z.string(), z.number()]));

async function enterAll(url: string, id: string): Promise<z.infer<typeof answersSchema>> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', entering, url, id, String(rounds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return answersSchema.parse(JSON.parse(await text(child.stdout)));
}

const servers: Readonly<
  Record<string, () => Promise<{ readonly url: string; readonly close: () => Promise<void> }>>
> = {
  PGlite: () => startPgliteServer({ dataDir: 'memory' }),
  PostgreSQL: async () => {
    const server = await startPostgres();
    return { url: await server.createDatabase('race'), close: server.close };
  },
};

test.each(Object.entries(servers))(
  'of two processes that begin the same sessions at once, one is let into each: %s',
  async (_name, start) => {
    const server = await start();
    const database = await openHarnessDatabase({ kind: 'postgres', url: server.url });
    await database.pool.query('create table arrivals (round integer, who text)');
    const [ann, ben] = await Promise.all([
      enterAll(server.url, 'ann'),
      enterAll(server.url, 'ben'),
    ]);
    const { rows } = await database.pool.query(
      `select session_id, owner_id, tenant, run_count, latest_run_id from groundhog.sessions
       order by substr(session_id, 2)::integer`,
    );
    const winners = ann.map((answer) => (answer === 1 ? 'ann' : 'ben'));
    const lost = 'SESSION_MISSING';
    expect(ann).toEqual(winners.map((winner) => (winner === 'ann' ? 1 : lost)));
    expect(ben).toEqual(winners.map((winner) => (winner === 'ben' ? 1 : lost)));
    expect(rows).toEqual(
      winners.map((winner, round) => ({
        session_id: `s${round}`,
        owner_id: winner,
        tenant: `${winner}-tenant`,
        run_count: 1,
        latest_run_id: `${winner}${round}`,
      })),
    );
    await database.close();
    await server.close();
  },
  120_000,
);
