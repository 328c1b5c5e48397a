import { expect, test } from 'vitest';
import { type CrashReport, renderCrashReport } from './crash-report.ts';
import { plain } from './paint.ts';

const clean: CrashReport = {
  scenario: 'R-01',
  backend: 'postgres',
  points: 18,
  landed: 18,
  clean: 18,
  violations: [],
  invalid: [],
};

test('a clean sweep says its counts', () => {
  expect(renderCrashReport(clean, plain)).toBe('18 points, 18 landed, 18 clean');
});

test('a violation comes with the command that replays that very crash', () => {
  const report: CrashReport = {
    ...clean,
    mutant: 'CD-1',
    clean: 16,
    landed: 17,
    violations: [
      {
        step: 'issueRefund#1',
        moment: 'inside',
        invariant: 'I1',
        detail: 'expected 1 refund of 49.00, found 2',
      },
    ],
    invalid: [{ step: 'model#2', moment: 'after', detail: 'the worker ended before the point' }],
  };
  expect(`\n${renderCrashReport(report, plain)}\n`).toBe(`
VIOLATION R-01 breaks I1
  crash    issueRefund#1:inside
  found    expected 1 refund of 49.00, found 2
  replay   npx groundhog crash R-01 --backend postgres --mutant CD-1 --at issueRefund#1:inside

INVALID model#2:after
  the worker ended before the point

18 points, 17 landed, 16 clean
`);
});
