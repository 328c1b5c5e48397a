import { expect, test } from 'vitest';
import { openHarnessDatabase } from '#harness';
import { startPostgres } from '#harness/testing';
import { openDurableSteps } from './cases/durable-steps.ts';
import { formatBench } from './format-bench.ts';
import { runBench } from './run-bench.ts';

test('a replay is measured beside reading it, a long context beside a short one, steps on each database beside one INSERT there', {
  timeout: 300_000,
}, async () => {
  await using server = await startPostgres();
  const before = await databasesOn(server.url());
  const said: string[] = [];
  const result = await runBench({
    backends: ['pglite', 'postgres'],
    databaseUrl: server.url(),
    rounds: 1,
    progress: (line) => said.push(line),
  });
  expect(result.rows.map(({ name, isFloor }) => [name, isFloor])).toEqual([
    ['memory: parse 100 recordings of 300 KB', true],
    ['memory: read 100 recordings of 300 KB', false],
    ['memory: read R-01', true],
    ['memory: replay R-01', false],
    ['memory: generate: bare model', true],
    ['memory: generate: replay', false],
    ['memory: generate: replay, beside others', true],
    ['memory: generate: msw', false],
    ['memory: generate: nock', false],
    ['memory: generate: aimock', false],
    ['memory: generate: Polly', false],
    ['memory: stream: bare model', true],
    ['memory: stream: replay', false],
    ['memory: stream: replay, beside others', true],
    ['memory: stream: msw', false],
    ['memory: stream: nock', false],
    ['memory: stream: aimock', false],
    ['memory: stream: Polly', false],
    ['memory: turn at 1000 messages', true],
    ['memory: turn at 100000 messages', false],
    ['memory: full recount at 1000 messages', false],
    ['memory: compaction planned at 1000 messages', false],
    ['pglite: INSERT', true],
    ['pglite: INSERT on PostgreSQL', false],
    ['pglite: DBOS step by hand', false],
    ['pglite: DBOS step by hand, again', false],
    ['pglite: durable step', false],
    ['pglite: tool call', false],
    ['pglite: model turn', false],
    ['pglite: INSERT of 4 bytes', true],
    ['pglite: token of a streamed answer', false],
    ['pglite: event to 1 viewer', false],
    ['pglite: event to 200 viewers', false],
    ['postgres: INSERT', true],
    ['postgres: DBOS step by hand', false],
    ['postgres: DBOS step by hand, again', false],
    ['postgres: durable step', false],
    ['postgres: tool call', false],
    ['postgres: model turn', false],
    ['postgres: INSERT of 4 bytes', true],
    ['postgres: token of a streamed answer', false],
    ['postgres: event to 1 viewer', false],
    ['postgres: event to 200 viewers', false],
  ]);
  for (const { medianMs, ratio } of result.rows) {
    expect(medianMs).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
  }
  const eventLog =
    'INSERT of 4 bytes, token of a streamed answer, event to 1 viewer, event to 200 viewers';
  const steps = 'DBOS step by hand, DBOS step by hand, again, durable step, tool call, model turn';
  expect(result.bars.map(({ bar }) => bar)).toEqual([
    'L1 memory',
    'R1 memory',
    'R1 msw memory',
    'R1 nock memory',
    'R1 aimock memory',
    'R1 Polly memory',
    'R2 memory',
    'R2 msw memory',
    'C1 memory',
    'D1 pglite',
    'D3 pglite',
    'D3 statements pglite',
    'A/A pglite',
    'D4 pglite',
    'D5 pglite',
    'D2 postgres',
    'D3 postgres',
    'D3 statements postgres',
    'A/A postgres',
    'D4 postgres',
    'D5 postgres',
  ]);
  // Seven statements are DBOS's step, and the harness's is none more. DBOS also asks a few of its own now and then, over a
  // whole batch: they round away, a statement more a step does not.
  for (const backend of ['pglite', 'postgres']) {
    for (const step of ['DBOS step by hand', 'durable step']) {
      const row = result.rows.find(({ name }) => name === `${backend}: ${step}`);
      expect(Math.round(row?.statements ?? 0), `${backend}: ${step}`).toBe(7);
    }
  }
  expect(said).toEqual([
    'memory: measuring parse 100 recordings of 300 KB, read 100 recordings of 300 KB',
    'memory: measuring read R-01, replay R-01',
    ...calls('generate'),
    ...calls('stream'),
    'memory: measuring turn at 1000 messages, turn at 100000 messages, full recount at 1000 messages, compaction planned at 1000 messages',
    `pglite: measuring INSERT, INSERT on PostgreSQL, ${steps}`,
    `pglite: measuring ${eventLog}`,
    `postgres: measuring INSERT, ${steps}`,
    `postgres: measuring ${eventLog}`,
  ]);
  expect(await databasesOn(server.url())).toEqual(before);
});

function calls(kind: string): readonly string[] {
  const groups = [
    ['bare model', 'replay'],
    ['replay, beside others', 'msw', 'nock', 'aimock', 'Polly'],
  ];
  return groups.map(
    (names) => `memory: measuring ${names.map((name) => `${kind}: ${name}`).join(', ')}`,
  );
}

async function databasesOn(url: string): Promise<unknown> {
  await using database = await openHarnessDatabase({ kind: 'postgres', url });
  return (await database.pool.query('select datname from pg_database order by datname')).rows;
}

test('a bench that is aborted while it measures stops, and closes what it had opened', {
  timeout: 120_000,
}, async () => {
  const abort = new AbortController();
  const bench = runBench({
    backends: ['pglite'],
    rounds: 1,
    signal: abort.signal,
    progress: (line) => line.startsWith('pglite') && abort.abort(new Error('enough')),
  });
  await expect(bench).rejects.toThrow('enough');
  // DBOS is one per process: a harness left open would refuse the next.
  await using reopened = await openDurableSteps('pglite', {});
  expect((await reopened.floor.sample()).ms).toBeGreaterThan(0);
});

test('a bench that was aborted opens nothing', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(runBench({ backends: ['pglite'], signal })).rejects.toThrow('enough');
});

test('the report says what a figure includes and how far the rounds lie apart', () => {
  const text = formatBench({
    machine: { node: 'v24.0.0', cores: 2 },
    rounds: 11,
    rows: [
      {
        name: 'pglite: INSERT',
        isFloor: true,
        includes: 'one statement',
        medianMs: 0.1,
        spreadMs: [0.09, 0.12],
        ratio: 1,
        ratioSpread: [1, 1],
        cpuMs: 0.08,
        cpuRatio: 1,
        statements: 1,
      },
      {
        name: 'pglite: durable step',
        isFloor: false,
        includes: 'one step',
        medianMs: 0.5,
        spreadMs: [0.45, 0.61],
        ratio: 5,
        ratioSpread: [4.5, 5.25],
        cpuMs: 0.4,
        cpuRatio: 5,
        statements: 7,
      },
    ],
    bars: [
      {
        bar: 'D1 pglite',
        says: 'a durable step beside INSERT',
        limit: 5.5,
        median: 5,
        interval: [4.5, 5.6],
        verdict: 'inconclusive',
      },
    ],
  });
  expect(text).toMatchInlineSnapshot(`
    "                        median ms     quartiles  x floor   quartiles  CPU ms  x floor  statements
    pglite: INSERT (floor)      0.100  0.090..0.120     1.00               0.080     1.00        1.00
    pglite: durable step        0.500  0.450..0.610     5.00  4.50..5.25   0.400     5.00        7.00

    bar                                       limit  median  95 % interval       verdict
    D1 pglite: a durable step beside INSERT  <= 5.5   5.000   4.500..5.600  inconclusive

    pglite: INSERT: one statement.
    pglite: durable step: one step.
    node v24.0.0, 2 cores, 11 rounds; an idle machine measures best."
  `);
});
