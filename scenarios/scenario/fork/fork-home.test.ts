import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createHarness,
  type Database,
  type DatabaseOptions,
  type DurableBackingOptions,
  durableBacking,
  type Harness,
  openHarnessDatabase,
  type SavedRun,
  sessionArchive,
} from '#harness';
import {
  type OpenAiServer,
  type PostgresServer,
  scriptedModel,
  startOpenAiServer,
  startPostgres,
} from '#harness/testing';
import {
  compareStories,
  type Recording,
  readRecording,
  tellStory,
  writeRecording,
} from '#recordings';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { scenarioNamed } from '../../suites/scenario-named.ts';
import { captureFrom } from '../capture/capture-recording.ts';
import { forkSession } from '../capture/fork-session.ts';
import { playScenario } from '../play-scenario.ts';
import { recordingPath } from '../recording-path.ts';
import type { ForkLife } from './fork-life.ts';
import { type ForkOptions, forkRecording } from './fork-recording.ts';

const scenario = scenarioNamed('R-01');
const at = '1/billing#2';
const told = { billing: 'You are billing. Be brief.' };
/** Steps of the run before the place. */
const before = [
  'receive-message',
  'model#1',
  'classifyItem#1',
  'handoff#1',
  'model#2',
  'runCode#1',
];

const directory = mkdtempSync(join(tmpdir(), 'groundhog-fork-'));
const life = join(import.meta.dirname, 'fork-life.ts');
const model = 'gpt-not-there';
let server: PostgresServer;
let url: string;
let provider: OpenAiServer;

beforeAll(async () => {
  // The worlds of forks keep their requests below the working directory.
  process.chdir(directory);
  server = await startPostgres();
  url = await server.createDatabase('shop');
  provider = await startOpenAiServer({ playbook: scenario.playbooks.gold, model });
});

afterAll(async () => {
  await provider.close();
  await server.close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

const shop = (): DatabaseOptions => ({ kind: 'postgres', url });
const live = (): ForkOptions => ({
  at,
  prompts: told,
  model,
  config: { openAiApiKey: 'key-of-nobody', openAiBaseUrl: provider.url },
});

/** What `use` makes of a database, which is closed afterwards. */
async function within<Result>(
  options: DatabaseOptions,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  await using database = await openHarnessDatabase(options);
  return await use(database);
}

function runsOf(options: DatabaseOptions, sessionId: string): Promise<readonly SavedRun[]> {
  return within(options, async (database) => {
    const session = await sessionArchive(database).read(sessionId);
    return session?.runs ?? [];
  });
}

const stepsOf = (runs: readonly SavedRun[]): readonly string[] =>
  runs.flatMap(({ steps }) => steps.map(({ name }) => name));

/**
 * What the steps of a run have saved. Of no account is when they ended, and what calls are called: a recording counts them from
 * 1, so a request that names them has another fingerprint too.
 */
function resultsOf({ steps = [] }: Partial<SavedRun> = {}): readonly unknown[] {
  const ids = new Map<string, string>();
  const counted = (id: string): string => {
    ids.set(id, ids.get(id) ?? `"id ${ids.size + 1}"`);
    return ids.get(id) ?? '';
  };
  const text = JSON.stringify(
    steps.map(({ name, output }) => ({ name, output })),
    (key, value: unknown) => (key === 'endedAt' || key === 'request' ? undefined : value),
  );
  return JSON.parse(text.replaceAll(/"(?:call|item)_?[0-9][0-9a-f_]*"/g, counted));
}

/** Every row that names the session, in every table. */
function rowsOf(sessionId: string): Promise<readonly unknown[]> {
  return within(shop(), async ({ pool }) => {
    const { rows: tables } = await pool.query<{ name: string }>(`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('groundhog', 'dbos') order by 1`);
    const found: unknown[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query(
        `select row::text as row from ${name} row where row::text like $1 order by 1`,
        [`%${sessionId}%`],
      );
      found.push(...rows.map((row) => [name, row]));
    }
    return found;
  });
}

function captured(
  options: DatabaseOptions,
  sessionId: string,
  like = scenario,
): Promise<Recording> {
  return within(options, async (database) => {
    const { recording } = await captureFrom(sessionArchive(database), sessionId, {
      scenario: like,
    });
    return recording;
  });
}

/** What two recordings say otherwise; not who says that they have been made. */
function difference(left: Recording, right: Recording): unknown {
  const { definitions, lanes, tally } = compareStories(tellStory(left), tellStory(right));
  return [...definitions, ...lanes, ...tally];
}

/** The file of a fork's world. */
const worldOf = ([run]: readonly SavedRun[]): string =>
  String(Object(run?.attributes['groundhog-fork'])['world']);

/** What reached the world of the fork, in all its lives. */
async function effectsOf(options: DatabaseOptions, sessionId: string): Promise<readonly unknown[]> {
  return readFileSync(worldOf(await runsOf(options, sessionId)), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { kind, key } = JSON.parse(line);
      return [kind, key];
    });
}

describe('of a session in the same database', () => {
  beforeAll(async () => {
    await using worldServer = await startWorldServer();
    await within(shop(), async (database) => {
      await playScenario(scenario, {
        worldServer,
        sessionId: 'shop/first',
        model: scriptedModel(scenario.playbooks.gold),
        backing: await durableBacking({
          database,
          identity: { application: 'shop', version: 'shop', executorId: 'shop' },
        }),
      });
    });
  });

  test('its workflow has what the first one saved before the place, and goes on behind it; the first is as it was', async () => {
    const rows = await rowsOf('shop/first');
    expect(rows.length).toBeGreaterThan(30);
    const out = join(directory, 'fork.jsonl');
    const report = await forkSession('shop/first', {
      ...live(),
      scenario: 'R-01',
      database: shop(),
      home: { database: shop(), as: 'shop/second' },
      out,
    });
    expect(report).toMatchObject({
      session: { id: 'shop/second', runs: ['shop/second/1'], resumedBehind: null },
      answers: { model: { reused: 2, anew: 3 }, tools: { reused: 3, anew: 3 } },
      difference: { state: [], calls: { gone: [], come: [] } },
    });
    expect(await rowsOf('shop/first')).toEqual(rows);
    const [first] = await runsOf(shop(), 'shop/first');
    const [second] = await runsOf(shop(), 'shop/second');
    expect(stepsOf(second === undefined ? [] : [second])).toEqual([
      ...before,
      'model#3',
      'issueRefund#1',
      'model#4',
      'draftReply#1',
      'sendReply#1',
      'model#5',
    ]);
    expect(resultsOf(second).slice(0, before.length)).toEqual(
      resultsOf(first).slice(0, before.length),
    );
    // Behind it somebody else was asked.
    expect(resultsOf(second)[before.length]).not.toEqual(resultsOf(first)[before.length]);
    expect(second).toMatchObject({ ending: 'settled' });
    // Its effects are its own: the provider was never asked under the first one's keys.
    expect(await effectsOf(shop(), 'shop/second')).toEqual([
      ['refund', 'shop/second/shop/second/1/issueRefund#1'],
      ['mail', 'shop/second/shop/second/1/sendReply#1'],
    ]);
    // A recording of it, kept or made of the database, says the same of what was asked and answered.
    const kept = await readRecording(out);
    const made = await captured(shop(), 'shop/second');
    expect(difference(kept, made)).toEqual([]);
    expect(made.header.forkedFrom).toEqual(kept.header.forkedFrom);
    expect(kept.header).toMatchObject({ made: `live:${model}`, forkedFrom: { at, prompts: told } });
    expect(made.header).toMatchObject({ made: `captured:${model}` });
  });

  test('when it is over a server goes on in it with its own prompts; what is captured ends before that', async () => {
    const runId = await within(shop(), async (database) => {
      await using harness = await openServer(database, {
        application: 'serve',
        version: '1',
        executorId: 'serve',
      });
      const { principal } = scenario;
      const text = 'I was charged twice. Can you refund one of the two?';
      const messageId = 'said afterwards';
      await harness.send({ sessionId: 'shop/second', messageId, text, principal });
      await harness.outcome(messageId);
      return messageId;
    });
    await expect(captured(shop(), 'shop/second')).rejects.toMatchObject({
      code: 'CAPTURE_REFUSED',
      message: expect.stringContaining(`run ${runId}, the fork is over`),
      hint: expect.stringContaining('--runs 1'),
    });
    // The same order tells the fork as it was.
    const again = await forkSession('shop/first', {
      ...live(),
      scenario: 'R-01',
      database: shop(),
      home: { database: shop(), as: 'shop/second' },
    });
    expect(again).toMatchObject({
      session: { resumedBehind: before.length + 6 },
      after: { tally: { modelTurns: 5 } },
      difference: { calls: { gone: [], come: [] }, state: null },
    });
  });

  test.each([
    ['a session that is no fork', { as: 'shop/first', words: 'it is no fork' }],
    ['a fork of another recording', { as: 'shop/second', words: 'a fork of R-01 (captured:' }],
  ])('%s is not written into', async (_, { as, words }) => {
    const rows = await rowsOf(as);
    const refused = forkRecording('R-01', {
      ...live(),
      home: { database: shop(), as },
    });
    await expect(refused).rejects.toMatchObject({
      code: 'SESSION_TAKEN',
      message: expect.stringContaining(words),
    });
    expect(await rowsOf(as)).toEqual(rows);
  });

  test('a session that is somebody else’s is not written into', async () => {
    await within(shop(), async (database) => {
      const identity = { application: 'shop', version: 'shop', executorId: 'shop' };
      const { store } = await durableBacking({ database, identity });
      await store.claim('shop/taken', { ...scenario.principal, id: 'cus_2' });
    });
    const home = { database: shop(), as: 'shop/taken' };
    await expect(forkRecording('R-01', { ...live(), home })).rejects.toMatchObject({
      code: 'SESSION_TAKEN',
      message: expect.stringContaining('cus_2'),
    });
  });

  test('a fork that was told something else is not gone on with', async () => {
    const refused = forkSession('shop/first', {
      ...live(),
      prompts: {},
      scenario: 'R-01',
      database: shop(),
      home: { database: shop(), as: 'shop/second' },
    });
    await expect(refused).rejects.toMatchObject({ code: 'SESSION_TAKEN' });
  });
});

/** Starts a fork in a process of its own and kills it where its step has run and is not saved. */
async function killedInside(step: string, as: string, database: DatabaseOptions): Promise<void> {
  const { config, prompts = {} } = live();
  const { openAiApiKey = '', openAiBaseUrl = '' } = config;
  const order = {
    recording: 'R-01',
    at,
    as,
    prompts,
    database:
      database.kind === 'pglite' ? database : { kind: 'postgres' as const, url: database.url },
    config: { openAiApiKey, openAiBaseUrl },
    model,
    inside: step,
  } satisfies ForkLife;
  const child = spawn(process.execPath, [life, JSON.stringify(order)], { cwd: directory });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const here = once(child.stdout, 'data').then(() => 'here');
  const exited = once(child, 'exit');
  expect(await Promise.race([here, exited.then(() => complaint)])).toBe('here');
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
}

test('killed at the place, its database with it, the same order goes on with it', async () => {
  const database: DatabaseOptions = { kind: 'pglite', dataDir: join(directory, 'database') };
  const as = 'killed at the place';
  const requests = provider.requests();
  await killedInside('model#3', as, database);
  await goesOn(as, { database, saved: before.length });
  // Only the call that was in flight is asked again.
  expect(provider.requests() - requests).toBe(4);
});

test('killed before the place, no server of the same database takes it up; killed again behind it, nothing is done twice', async () => {
  const as = 'killed twice';
  const requests = provider.requests();
  await killedInside('runCode#1', as, shop());
  const saved = stepsOf(await runsOf(shop(), as));
  expect(saved).toEqual(before.slice(0, -1));
  expect(await takenUpBy({ application: 'serve', version: '1', executorId: as })).toBe(0);
  expect(stepsOf(await runsOf(shop(), as))).toEqual(saved);
  await killedInside('issueRefund#1', as, shop());
  await goesOn(as, { database: shop(), saved: before.length + 1 });
  expect(provider.requests() - requests).toBe(3);
  // Asked for again under its key, the refund is the one that was paid.
  expect(await effectsOf(shop(), as)).toEqual([
    ['refund', `${as}/${as}/1/issueRefund#1`],
    ['refund', `${as}/${as}/1/issueRefund#1`],
    ['mail', `${as}/${as}/1/sendReply#1`],
  ]);
});

test('without its world it does not go on; a server that called itself as the fork does would take it up', async () => {
  const as = 'stopped';
  const stopping = new AbortController();
  const order = { ...live(), home: { database: shop(), as } };
  const stopped = forkRecording('R-01', {
    ...order,
    observer: {
      before: () => undefined,
      inside: () => undefined,
      after: (_, step) => step === 'runCode#1' && stopping.abort(),
    },
    signal: stopping.signal,
  });
  await expect(stopped).rejects.toThrow('aborted');
  rmSync(worldOf(await runsOf(shop(), as)));
  await expect(forkRecording('R-01', order)).rejects.toMatchObject({ code: 'FORK_WORLD_MISSING' });
  const [owner] = await within(shop(), async ({ pool }) => {
    const { rows } = await pool.query(
      `select application_name as application, application_version as version, executor_id as "executorId"
       from dbos.workflow_status where workflow_uuid = $1`,
      [`${as}/1`],
    );
    return rows;
  });
  expect(await takenUpBy(owner)).toBe(1);
});

test('a session that would not come to the place is not begun', async () => {
  const recording = join(directory, 'other.jsonl');
  const { exchanges, ...rest } = await readRecording(recordingPath('R-01'));
  const other = exchanges.map((each) =>
    each.t === 'tool' && each.tool === 'classifyItem'
      ? { ...each, outcome: { kind: 'completed' as const, output: { filedUnder: 'sales' } } }
      : each,
  );
  await writeRecording(recording, { ...rest, exchanges: other });
  const order = { ...live(), home: { database: shop(), as: 'never' } };
  await expect(forkRecording(recording, order)).rejects.toMatchObject({
    code: 'CONTINUATION_DIVERGED',
  });
  expect(await rowsOf('never')).toEqual([]);
});

test('of a fork that is cleared on its way what came behind that is captured, and it is not gone on with', async () => {
  const cleared = scenarioNamed('M-07');
  const order = { at: '2/triage#0', config: {}, home: { database: shop(), as: 'cleared' } };
  const { forkedFrom } = await forkRecording('M-07', order);
  const { header, exchanges } = await captured(shop(), 'cleared', cleared);
  expect(header.forkedFrom).toEqual({ ...forkedFrom, at: '1/triage#0', exchanges: 3 });
  expect(exchanges[3]).toMatchObject({ t: 'model', lane: '1/triage', n: 0 });
  await expect(forkRecording('M-07', order)).rejects.toMatchObject({ code: 'FORK_CLEARED' });
});

/** Lets the same order be given again: the fork must come to what it would have come to at once. */
async function goesOn(
  as: string,
  { database, saved }: { readonly database: DatabaseOptions; readonly saved: number },
): Promise<void> {
  const report = await forkRecording('R-01', { ...live(), home: { database, as } });
  expect(report).toMatchObject({
    session: { id: as, runs: [`${as}/1`], resumedBehind: saved },
    answers: { model: { reused: 2, anew: 3 }, tools: { reused: 3, anew: 3 } },
    after: { made: `captured:${model}`, state: { world: { refunds: [{ id: 're_1' }] } } },
    difference: { answers: [], calls: { gone: [], come: [] }, state: [] },
  });
}

/** A server of the desk, whose model is another and whose world is new. */
async function openServer(
  database: Database,
  identity: DurableBackingOptions['identity'],
): Promise<Harness> {
  const worlds = await startWorldServer();
  const { url: worldUrl } = worlds.createWorld(scenario.world);
  const harness = await createHarness({
    ...scenario.subject.assemble({ worldUrl }),
    model: scriptedModel(scenario.playbooks.gold),
    backing: await durableBacking({
      database,
      identity,
      recoveryPollingMs: 5,
      takeOverEveryMs: 20,
    }),
  });
  const close = async (): Promise<void> => {
    await harness.close();
    await worlds.close();
  };
  return { ...harness, close, [Symbol.asyncDispose]: close };
}

/** How many runs a server takes up that comes up on the database and looks around for a while. */
function takenUpBy(identity: DurableBackingOptions['identity']): Promise<number> {
  return within(shop(), async (database) => {
    await using harness = await openServer(database, identity);
    for (let look = 0; look < 25 && harness.recoveredRuns() === 0; look += 1) await pause(20);
    return harness.recoveredRuns();
  });
}
