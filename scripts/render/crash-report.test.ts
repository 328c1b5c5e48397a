import { expect, test } from 'vitest';
import { type CrashReport, renderCrashReport } from './crash-report.ts';
import { plain } from './paint.ts';

const clean: CrashReport = {
  scenario: 'R-01',
  points: 18,
  landed: 18,
  clean: 18,
  violations: [],
  invalid: [],
};

test('a clean sweep says its counts', () => {
  expect(renderCrashReport(clean, plain)).toBe('18 points, 18 landed, 18 clean');
});

test('a violation comes with the command that does that very crash again', () => {
  const report: CrashReport = {
    ...clean,
    clean: 16,
    landed: 17,
    violations: [
      {
        point: 'issueRefund#1:inside',
        invariant: 'I1',
        expected: '1 refund of 49.00',
        found: '2',
        message: 'The refund was paid twice.',
        replay: "npx groundhog crash R-01 --at 'issueRefund#1:inside' --mutant CD-1",
      },
      {
        point: 'issueRefund#1:inside',
        invariant: 'I2',
        expected: 'at most 49.00',
        found: '98.00',
        message: `98.00 was paid
 ${'of 49.00 '.repeat(20)}`,
        replay: 'the same',
      },
    ],
    invalid: [{ point: 'model#2:after', reason: 'the point was never reached' }],
  };
  expect(`\n${renderCrashReport(report, plain)}\n`).toBe(`
R-01 breaks I1: The refund was paid twice.
  crash     issueRefund#1:inside
  expected  1 refund of 49.00
  found     2
  also      I2: 98.00 was paid of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.00 of 49.0…
  replay    npx groundhog crash R-01 --at 'issueRefund#1:inside' --mutant CD-1

model#2:after proves nothing: the point was never reached

18 points, 17 landed, 16 clean
`);
});
