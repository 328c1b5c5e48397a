import { expect, test } from 'vitest';
import { formatSuite } from './format-suite.ts';

test('the report shows the metrics beside their baseline and why a trial fell short', () => {
  const text = formatSuite({
    suite: 'desk',
    model: 'scripted',
    trials: 2,
    gate: 'fail',
    reasons: ['reply is 0.5; the baseline is 1, higher-is-better'],
    metrics: {
      reply: {
        value: 0.5,
        baseline: 1,
        tolerance: 0,
        direction: 'higher-is-better',
        verdict: 'worse',
      },
      tokens: {
        value: 1466.5,
        baseline: null,
        tolerance: null,
        direction: 'lower-is-better',
        verdict: 'not-comparable',
      },
    },
    scores: [
      {
        scenario: 'R-01',
        madeBy: 'scripted',
        scores: {
          reply: { kind: 'scored', scale: 'share', value: 0, reason: 'it must state 49.00' },
          tokens: { kind: 'scored', scale: 'count', value: 0, reason: 'summed' },
        },
      },
      {
        scenario: 'T-01',
        madeBy: 'scripted',
        scores: { reply: { kind: 'scored', scale: 'share', value: 1, reason: 'all hold' } },
      },
    ],
    routing: {
      agents: ['triage', 'billing'],
      counts: { triage: { triage: 3, billing: 1 }, billing: { triage: 0, billing: 12 } },
      accuracy: 0.9375,
    },
    baselineChanges: ['reply: 0.4 → 0.5'],
  });
  expect(text).toMatchInlineSnapshot(`
    "desk: 2 trials, model scripted
      metric   value  baseline  verdict
      reply      0.5         1  worse
      tokens  1466.5         –  not-comparable
      R-01 (scripted)
        reply 0: it must state 49.00
      routed by words alone, 0.938 as the cards say (rows: the card, columns: the words)
                triage  billing
       triage        3        1
      billing        0       12
      baseline reply: 0.4 → 0.5
    gate: fail
      reply is 0.5; the baseline is 1, higher-is-better"
  `);
});
