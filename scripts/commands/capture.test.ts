import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, durableBacking, openHarnessDatabase } from '#harness';
import { type PostgresServer, scriptedModel, startPostgres } from '#harness/testing';
import { playScenario, scenarioNamed, startWorldServer } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { capture } from './capture.ts';
import { diff } from './diff.ts';
import { fork } from './fork.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';
import { view } from './view.ts';

const directory = mkdtempSync(join(tmpdir(), 'groundhog-capture-'));
let server: PostgresServer;
let database: Database;
/** Of a role that may only read. */
let databaseUrl: string;

beforeAll(async () => {
  // The worlds of forks keep their requests below the working directory.
  process.chdir(directory);
  server = await startPostgres();
  database = await openHarnessDatabase({
    kind: 'postgres',
    url: await server.createDatabase('shop'),
  });
  await using worldServer = await startWorldServer();
  const scenario = scenarioNamed('R-01');
  const other = {
    ...scenario,
    messages: [{ text: 'I was charged twice, was I not? Pay it back.' }],
  };
  for (const [sessionId, played] of [
    ['shop/1', scenario] as const,
    ['shop/other', other] as const,
    ['shop/asked', scenarioNamed('H-01')] as const,
    ['shop/steered', scenarioNamed('D-08')] as const,
  ]) {
    await playScenario(played, {
      worldServer,
      sessionId,
      model: scriptedModel(played.playbooks.gold),
      backing: await durableBacking({
        database,
        identity: { application: 'shop', version: 'shop', executorId: 'shop' },
      }),
    });
  }
  await database.pool.query(`
    create role reader login bypassrls;
    create role stranger login;
    grant usage on schema groundhog, dbos to reader, stranger;
    grant select on all tables in schema groundhog, dbos to reader, stranger`);
  databaseUrl = urlOf('reader');
}, 120_000);

function urlOf(role: string): string {
  const url = new URL(server.url('shop'));
  url.username = role;
  return url.href;
}

afterAll(async () => {
  await database.close();
  await server.close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

/** Everything in the database. */
async function contents(): Promise<unknown> {
  const { rows } = await database.pool.query<{ table: string }>(`
    select format('%I.%I', schemaname, tablename) as table from pg_tables
    where schemaname in ('groundhog', 'dbos') order by 1`);
  expect(rows.length).toBeGreaterThan(10);
  return Promise.all(
    rows.map(async ({ table }) => {
      const all = await database.pool.query<{ digest: string | null }>(
        `select md5(string_agg(row::text, e'\\n' order by row::text)) as digest from ${table} row`,
      );
      return [table, all.rows[0]?.digest];
    }),
  );
}

test('a session is captured by somebody who may only read, and the database is what it was', async () => {
  const before = await contents();
  const out = join(directory, 'shop.jsonl');
  const order = { session: 'shop/1', scenario: 'R-01', databaseUrl, out };
  const { exitCode, json, text } = await capture.start(order, quietIo);
  expect({ exitCode, json }).toEqual({
    exitCode: 0,
    json: {
      session: 'shop/1',
      recording: 'R-01',
      file: out,
      made: 'captured:R-01 gold',
      exchanges: 14,
      losses: [expect.stringContaining('how the provider framed its answers')],
      left: [],
      verified: true,
    },
  });
  expect(text).toBe(
    `shop/1: 14 exchanges, replayed twice\n${out}\nnot in it: ${String(json['losses'])}`,
  );
  expect(await contents()).toEqual(before);
  expect(await replay.start({ recordings: [out] }, quietIo)).toMatchObject({
    exitCode: 0,
    json: { made: 'captured:R-01 gold', divergences: 0, network: 0 },
  });
  const shown = await show.start({ recording: out }, quietIo);
  expect(shown.text).toContain('captured:R-01 gold by scripted R-01 gold: 5 model turns');
  expect(shown.text).toContain('- how the provider framed its answers');
});

test('a page of it says that nobody recorded it, and what is not in it', async () => {
  const out = join(directory, 'page.html');
  await view.start({ recording: join(directory, 'shop.jsonl'), out }, quietIo);
  const page = readFileSync(out, 'utf8');
  expect(page).toContain('"label":"captured: R-01 gold"');
  expect(page).toContain('Not in it: how the provider framed its answers');
});

const duplicate = { scenario: 'R-01', at: '1/billing#2', reused: 2 };

test.each([
  ['in the scenario’s own words', { session: 'shop/1', ...duplicate }],
  ['in words of its own', { session: 'shop/other', ...duplicate }],
  ['without a world', { session: 'shop/other', ...duplicate, tools: 'recorded' }],
  [
    'behind what a person decided',
    { session: 'shop/asked', scenario: 'H-01', at: '1/billing#6', reused: 3 },
  ],
])('%s it is forked where it stands', async (_, { reused, ...order }) => {
  const before = await contents();
  expect(await fork.start({ ...order, databaseUrl, model: 'scripted' }, quietIo)).toMatchObject({
    exitCode: 0,
    json: {
      recording: order.scenario,
      forkedFrom: { made: expect.stringMatching(/^captured:/), at: order.at },
      answers: { model: { reused, anew: 3 } },
      difference: { answers: [], calls: { gone: [], come: [] } },
    },
  });
  expect(await contents()).toEqual(before);
});

test('a fork that lives in the database is a session of its own there, and is captured as what it is', async () => {
  const as = 'shop/fork';
  const made = join(directory, 'fork.jsonl');
  const order = { session: 'shop/1', scenario: 'R-01', at: '1/billing#2', model: 'scripted' };
  const owner = { databaseUrl: server.url('shop') };
  const { text, json } = await fork.start({ ...order, ...owner, as, out: made }, quietIo);
  expect(json).toMatchObject({
    file: made,
    session: { id: as, runs: ['shop/fork/1'], resumedBehind: null },
    difference: { answers: [], calls: { gone: [], come: [] }, state: [] },
  });
  expect(text).toContain(`
session shop/fork: 1 workflow (shop/fork/1)
a recording of it, with the same database: npx groundhog capture shop/fork --scenario R-01`);
  const out = join(directory, 'captured-fork.jsonl');
  await capture.start({ session: as, scenario: 'R-01', databaseUrl, out }, quietIo);
  expect(await diff.start({ before: made, after: out }, quietIo)).toMatchObject({
    json: { definitions: [], lanes: [], tally: [], origin: [{ pointer: '/made' }] },
  });
  // Given again, the order finds it made.
  expect(await fork.start({ ...order, ...owner, as }, quietIo)).toMatchObject({
    json: { session: { resumedBehind: 12 }, answers: { model: { reused: 2, anew: 3 } } },
  });
});

test('who decided in the session decides before the place, whoever is at the desk of the scenario', async () => {
  const scenario = join(directory, 'nobody-there.ts');
  const scenarios = join(import.meta.dirname, '../../scenarios/index.ts');
  writeFileSync(
    scenario,
    `import { defineScenario, scenarioNamed } from ${JSON.stringify(scenarios)};
const { human, ...card } = scenarioNamed('H-01');
export const scenario = defineScenario(card);`,
  );
  const order = { session: 'shop/asked', scenario, databaseUrl, model: 'scripted' };
  expect(await fork.start({ ...order, at: '1/billing#6' }, quietIo)).toMatchObject({
    json: { difference: { answers: [], calls: { gone: [], come: [] }, state: [] } },
  });
});

test('behind a message that came during a run it is forked too: the message comes where it came', async () => {
  const order = { session: 'shop/steered', scenario: 'D-08', databaseUrl, model: 'scripted' };
  expect(await fork.start({ ...order, at: '1/billing#7' }, quietIo)).toMatchObject({
    exitCode: 0,
    json: { difference: { answers: [], calls: { gone: [], come: [] }, state: [] } },
  });
});

test('a database that is no harness’s is refused, and stays empty', async () => {
  const url = await server.createDatabase('empty');
  const order = { session: 'shop/1', scenario: 'R-01', databaseUrl: url };
  await expect(capture.start(order, quietIo)).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' });
  const empty = new Client(url);
  await empty.connect();
  const { rows } = await empty.query(
    "select count(*)::int as tables from pg_tables where schemaname in ('groundhog', 'dbos')",
  );
  await empty.end();
  expect(rows).toEqual([{ tables: 0 }]);
});

test('a role from which rows are hidden is refused, for nobody could tell which', async () => {
  const order = { session: 'shop/1', scenario: 'R-01', databaseUrl: urlOf('stranger') };
  await expect(capture.start(order, quietIo)).rejects.toMatchObject({ code: 'DATABASE_VEILED' });
});

test.each([
  [{ session: 'shop/2', scenario: 'R-01' }, 'SESSION_UNKNOWN'],
  // Another desk than the session had.
  [{ session: 'shop/1', scenario: 'S-01' }, 'CAPTURE_REFUSED'],
  [{ session: 'shop/1', scenario: 'R-99' }, 'SCENARIO_UNKNOWN'],
])('%j is refused', async (order, code) => {
  await expect(capture.start({ ...order, databaseUrl }, quietIo)).rejects.toMatchObject({ code });
});

test.each([
  [{ session: 'shop/1' }, '--scenario is missing'],
  [{ session: 'shop/1', scenario: 'R-01' }, 'capture takes --database-url'],
  [{ session: 'shop/1', scenario: 'R-01', runs: 'all' }, '--runs takes a number from 1'],
])('capture %j is wrong usage', async (raw, words) => {
  await expect(capture.start(raw, quietIo)).rejects.toThrow(words);
});

test.each([
  [{ at: '1' }, 'fork takes a recording, or --session'],
  [{ at: '1', recording: 'R-01', session: 'shop/1' }, 'fork takes a recording, or --session'],
  [{ at: '1', session: 'shop/1' }, '--session takes --scenario'],
  [{ at: '1', recording: 'R-01', as: 'x' }, 'fork --as takes --database-url or --data-dir'],
  [{ at: '1', recording: 'R-01', dataDir: 'x' }, 'a database only with --as'],
  [{ at: '1', session: 'shop/1', scenario: 'R-01', dataDir: 'x' }, '--data-dir: there is no x'],
  [
    { at: '1', recording: 'R-01', as: 'x', dataDir: 'x', databaseUrl: 'postgres://x' },
    '--database-url or --data-dir, not both',
  ],
])('fork %j is wrong usage', async (raw, words) => {
  await expect(fork.start(raw, quietIo)).rejects.toThrow(words);
});

test('a recording is forked into an embedded database that is not there yet, and captured from it', async () => {
  const dataDir = join(directory, 'new');
  const forked = await fork.start({ recording: 'T-06', at: '4', as: 'again', dataDir }, quietIo);
  expect(forked).toMatchObject({ exitCode: 0, json: { session: { runs: ['again/1'] } } });
  const order = {
    session: 'again',
    scenario: 'T-06',
    dataDir,
    out: join(directory, 'again.jsonl'),
  };
  expect(await capture.start(order, quietIo)).toMatchObject({ exitCode: 0, json: { left: [] } });
});
