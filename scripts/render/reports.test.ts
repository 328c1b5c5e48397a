import { expect, test } from 'vitest';
import { renderBenchReport } from './bench-report.ts';
import { renderGateReport } from './gate-report.ts';
import { plain } from './paint.ts';

test('a gate report ends with the word of the gate', () => {
  const report = {
    suite: 'refunds',
    trials: 2,
    metrics: { 'final-state': 1, trajectory: 0.8333333 },
    gate: 'fail',
    reasons: ['trajectory is 0.833, the baseline says 1'],
  } as const;
  expect(`\n${renderGateReport(report, plain)}\n`).toBe(`
refunds: 2 trials
  final-state  1
  trajectory   0.833
  trajectory is 0.833, the baseline says 1
gate: fail
`);
});

test('a bench report is a table', () => {
  const rows = [
    { name: 'insert on pglite', medianMs: 0.4321, ratio: 1 },
    { name: 'step on pglite', medianMs: 1.2, ratio: 2.777 },
  ];
  expect(`\n${renderBenchReport(rows)}\n`).toBe(`
case                median  x floor
insert on pglite  0.432 ms     1.00
step on pglite    1.200 ms     2.78
`);
});
