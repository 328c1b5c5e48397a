import { expect, test } from 'vitest';
import { renderGateReport } from './gate-report.ts';
import { plain } from './paint.ts';

test('a gate report ends with the word of the gate', () => {
  const report = {
    suite: 'refunds',
    trials: 2,
    metrics: {
      finalState: { value: 1, baseline: 1, verdict: 'same' },
      tokens: { value: null, baseline: 200, verdict: 'not-comparable' },
      trajectory: { value: 0.8333333, baseline: 1, verdict: 'worse' },
    },
    gate: 'fail',
    reasons: ['trajectory is 0.833, the baseline says 1'],
  } as const;
  expect(`\n${renderGateReport(report, plain)}\n`).toBe(`
refunds: 2 trials
  finalState  1  baseline 1  same
  tokens      none  baseline 200  not-comparable
  trajectory  0.833  baseline 1  worse
  trajectory is 0.833, the baseline says 1
gate: fail
`);
});
