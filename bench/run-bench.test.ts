import { expect, test } from 'vitest';
import { formatBench } from './format-bench.ts';
import { runBench } from './run-bench.ts';

test('a replay is measured beside reading it, steps on PGlite beside one INSERT there', async () => {
  const said: string[] = [];
  const result = await runBench({
    backends: ['pglite'],
    rounds: 2,
    progress: (line) => said.push(line),
  });
  expect(result.rows.map(({ name, isFloor }) => [name, isFloor])).toEqual([
    ['memory: read R-01', true],
    ['memory: replay R-01', false],
    ['pglite: INSERT', true],
    ['pglite: durable step', false],
    ['pglite: tool call', false],
  ]);
  for (const { medianMs, ratio } of result.rows) {
    expect(medianMs).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
  }
  expect(said).toEqual(['memory: 2 rounds of 2', 'pglite: 2 rounds of 3']);
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
      },
      {
        name: 'pglite: durable step',
        isFloor: false,
        includes: 'one step',
        medianMs: 0.5,
        spreadMs: [0.45, 0.61],
        ratio: 5,
        ratioSpread: [4.5, 5.25],
      },
    ],
  });
  expect(text).toMatchInlineSnapshot(`
    "                        median ms     quartiles  x floor   quartiles
    pglite: INSERT (floor)      0.100  0.090..0.120     1.00
    pglite: durable step        0.500  0.450..0.610     5.00  4.50..5.25

    pglite: INSERT: one statement.
    pglite: durable step: one step.
    node v24.0.0, 2 cores, 11 rounds; an idle machine measures best."
  `);
});
