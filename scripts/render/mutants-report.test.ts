import { expect, test } from 'vitest';
import { exitCodeOf, type MutantRow, renderMutantsReport } from './mutants-report.ts';
import { plain } from './paint.ts';

const killed: MutantRow = {
  id: 'CD-1',
  invariant: 'I1',
  verdict: 'killed',
  reason: 'I1: expected 1 × refund, found 2 × refund',
  durationMs: 340,
};

test('a row says the invariant, the verdict, the time and what caught it', () => {
  const rows: readonly MutantRow[] = [
    killed,
    { ...killed, id: 'CD-13', invariant: 'I2', verdict: 'survived', reason: 'nothing\nwas found' },
    { ...killed, id: 'CD-16', invariant: 'I3', verdict: 'failed', durationMs: 12_000 },
  ];
  expect(`\n${renderMutantsReport(rows, plain)}\n`).toBe(`
CD-1   I1   killed         0.3 s  I1: expected 1 × refund, found 2 × refund
CD-13  I2   survived       0.3 s  nothing was found
CD-16  I3   failed        12.0 s  I1: expected 1 × refund, found 2 × refund

1 killed, 1 survived, 0 false alarms, 1 could not be tried
`);
});

test.for([
  [[], [], [], 0],
  [['CD-1'], [], [], 1],
  [[], ['CD-1'], ['CD-2'], 1],
  [[], [], ['CD-2'], 2],
] as const)(
  'survivors %j, false alarms %j, failures %j: exit %i',
  ([survived, falseAlarms, failed, exitCode]) => {
    expect(exitCodeOf({ survived, falseAlarms, failed })).toBe(exitCode);
  },
);
