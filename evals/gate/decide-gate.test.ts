import { expect, test } from 'vitest';
import { measure } from '../metrics/measure.ts';
import type { Score, ScoredTrial } from '../scorers/score.ts';
import type { Baseline } from './baseline.ts';
import { decideGate, type Measured } from './decide-gate.ts';

const scorers = [
  { name: 'reply', scale: 'share' },
  { name: 'tokens', scale: 'count' },
] as const;

const scored = (value: number): Score => ({
  kind: 'scored',
  scale: 'share',
  value,
  reason: 'as measured',
});

function trial(scenario: string, scores: ScoredTrial['scores']): ScoredTrial {
  return { scenario, madeBy: 'scripted', scores };
}

function measured(...trials: readonly ScoredTrial[]): Measured {
  return { scenarios: ['A-01', 'A-02'], trials, metrics: measure(trials, scorers) };
}

const good = measured(
  trial('A-01', { reply: scored(1), tokens: scored(100) }),
  trial('A-02', { reply: scored(1), tokens: scored(300) }),
);

const metrics: Baseline['metrics'] = {
  successRate: { value: 1, direction: 'higher-is-better', tolerance: 0 },
  reply: { value: 1, direction: 'higher-is-better', tolerance: 0 },
  tokens: { value: 200, direction: 'lower-is-better', tolerance: 10 },
};
const baseline: Baseline = { version: 1, suite: 'a', scenarios: ['A-01', 'A-02'], metrics };

function withMetric(name: string, change: Partial<Baseline['metrics'][string]>): Baseline {
  const entry = metrics[name];
  if (entry === undefined) throw new RangeError(`no metric ${name}`);
  return { ...baseline, metrics: { ...metrics, [name]: { ...entry, ...change } } };
}

test('what equals the baseline passes', () => {
  expect(decideGate(good, baseline)).toEqual({
    gate: 'pass',
    reasons: [],
    metrics: {
      reply: {
        value: 1,
        baseline: 1,
        tolerance: 0,
        direction: 'higher-is-better',
        verdict: 'same',
      },
      successRate: {
        value: 1,
        baseline: 1,
        tolerance: 0,
        direction: 'higher-is-better',
        verdict: 'same',
      },
      tokens: {
        value: 200,
        baseline: 200,
        tolerance: 10,
        direction: 'lower-is-better',
        verdict: 'same',
      },
    },
  });
});

test('a share below the baseline fails, and so does a baseline raised above what is measured', () => {
  const worse = measured(
    trial('A-01', { reply: scored(0.5), tokens: scored(100) }),
    trial('A-02', { reply: scored(1), tokens: scored(300) }),
  );
  expect(decideGate(worse, baseline)).toMatchObject({
    gate: 'fail',
    reasons: [
      'reply is 0.75; the baseline is 1, higher-is-better',
      'successRate is 0.5; the baseline is 1, higher-is-better',
    ],
  });
  expect(decideGate(good, withMetric('reply', { value: 1.01 })).gate).toBe('fail');
});

test.each([
  { value: 190, gate: 'pass', verdict: 'within-tolerance' },
  { value: 189, gate: 'fail', verdict: 'worse' },
  { value: 250, gate: 'pass', verdict: 'better' },
])(
  '200 tokens are $verdict beside a baseline of $value, tolerance 10',
  ({ value, ...expected }) => {
    const { gate, metrics: compared } = decideGate(good, withMetric('tokens', { value }));
    expect({ gate, verdict: compared['tokens']?.verdict }).toEqual(expected);
  },
);

test('a tolerance forgives a share too, and no more than it says', () => {
  const raised = withMetric('reply', { value: 1.2, tolerance: 0.25 });
  expect(decideGate(good, raised).gate).toBe('pass');
  expect(decideGate(good, withMetric('reply', { value: 1.3, tolerance: 0.25 })).gate).toBe('fail');
});

const withoutReply: Baseline['metrics'] = Object.fromEntries(
  Object.entries(metrics).filter(([name]) => name !== 'reply'),
);

test.each<{ title: string; given: Measured; against: Baseline | undefined; reason: string }>([
  {
    title: 'no baseline',
    given: good,
    against: undefined,
    reason: 'there is no baseline to compare with',
  },
  { title: 'no trial', given: measured(), against: baseline, reason: 'there was no trial' },
  {
    title: 'a scenario without a trial',
    given: measured(trial('A-01', { reply: scored(1), tokens: scored(100) })),
    against: baseline,
    reason: 'A-02 has no trial',
  },
  {
    title: 'a scenario that the suite lost',
    given: good,
    against: { ...baseline, scenarios: ['A-01', 'A-02', 'A-03'] },
    reason: 'A-03 is in the baseline and not in the suite',
  },
  {
    title: 'a scenario that the baseline does not know',
    given: good,
    against: { ...baseline, scenarios: ['A-01'] },
    reason: 'A-02 is in the suite and not in the baseline',
  },
  {
    title: 'a metric that was not measured',
    given: good,
    against: {
      ...baseline,
      metrics: { ...metrics, tone: { value: 1, direction: 'higher-is-better', tolerance: 0 } },
    },
    reason: 'the metric tone is in the baseline and was not measured',
  },
  {
    title: 'a metric without a baseline',
    given: good,
    against: { ...baseline, metrics: withoutReply },
    reason: 'the metric reply has no baseline',
  },
  {
    title: 'a metric that changed its direction',
    given: good,
    against: withMetric('tokens', { direction: 'higher-is-better' }),
    reason: 'the metric tokens is lower-is-better; the baseline says higher-is-better',
  },
  {
    title: 'an unscored trial',
    given: measured(
      trial('A-01', {
        reply: { kind: 'unscored', reason: 'the scorer broke' },
        tokens: scored(100),
      }),
      trial('A-02', { reply: scored(1), tokens: scored(300) }),
    ),
    against: baseline,
    reason: 'A-01 has no score for reply: the scorer broke',
  },
])('$title makes the gate invalid', ({ given, against, reason }) => {
  const decision = decideGate(given, against);
  expect(decision).toMatchObject({ gate: 'invalid', reasons: expect.arrayContaining([reason]) });
});

test('invalid goes before fail', () => {
  const holed = measured(trial('A-01', { reply: scored(0), tokens: scored(9000) }));
  expect(decideGate(holed, baseline).gate).toBe('invalid');
});

test('an unscored trial leaves its metrics without a value: it is neither 0 nor left out', () => {
  const { metrics: compared } = measured(
    trial('A-01', { reply: { kind: 'unscored', reason: 'the scorer broke' }, tokens: scored(1) }),
    trial('A-02', { reply: scored(1), tokens: scored(3) }),
  );
  expect(compared).toEqual({
    successRate: { value: null, direction: 'higher-is-better' },
    reply: { value: null, direction: 'higher-is-better' },
    tokens: { value: 2, direction: 'lower-is-better' },
  });
});
