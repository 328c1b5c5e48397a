import type { Metric } from '../metrics/measure.ts';
import type { ScoredTrial } from '../scorers/score.ts';
import type { Baseline } from './baseline.ts';

// The gate compares what was measured with the committed baseline.
//
//   G1. Worse than the baseline by more than its tolerance fails.
//   G2. What says nothing is invalid, never a pass: no trial, a scenario or a metric on one side only, a trial without
//       a score, a baseline that is not there.
//   G3. Invalid goes before fail: a comparison with holes in it has no verdict to give.

export type Gate = 'pass' | 'fail' | 'invalid';

export type MetricVerdict = 'better' | 'same' | 'worse' | 'within-tolerance' | 'not-comparable';

/** A metric beside its baseline. Null: not measured, or not in the baseline. */
export interface ComparedMetric {
  readonly value: number | null;
  readonly baseline: number | null;
  readonly tolerance: number | null;
  readonly direction: Metric['direction'];
  readonly verdict: MetricVerdict;
}

export interface GateDecision {
  readonly gate: Gate;
  /** Why not `pass`, one line each; empty on `pass`. */
  readonly reasons: readonly string[];
  /** By name, sorted; those of either side. */
  readonly metrics: Readonly<Record<string, ComparedMetric>>;
}

export interface Measured {
  /** The scenarios of the suite. */
  readonly scenarios: readonly string[];
  readonly trials: readonly ScoredTrial[];
  readonly metrics: Readonly<Record<string, Metric>>;
}

export function decideGate(measured: Measured, baseline: Baseline | undefined): GateDecision {
  const metrics = compareMetrics(measured.metrics, baseline?.metrics ?? {});
  const holes = [
    ...(baseline === undefined ? ['there is no baseline to compare with'] : []),
    ...trialHoles(measured),
    ...(baseline === undefined ? [] : baselineHoles(measured, baseline)),
  ];
  if (holes.length > 0) return { gate: 'invalid', reasons: holes, metrics };
  const failures = Object.entries(metrics)
    .filter(([, { verdict }]) => verdict === 'worse')
    .map(([name, metric]) => failureOf(name, metric));
  return { gate: failures.length > 0 ? 'fail' : 'pass', reasons: failures, metrics };
}

/** Why these trials cannot be judged, nor made a baseline. */
export function trialHoles({ scenarios, trials }: Measured): readonly string[] {
  if (trials.length === 0) return ['there was no trial'];
  const played = new Set(trials.map(({ scenario }) => scenario));
  const unscored = trials.flatMap(({ scenario, scores }) => {
    const reasons = Object.entries(scores).flatMap(([scorer, score]) =>
      score.kind === 'unscored' ? [{ scorer, reason: score.reason }] : [],
    );
    // A trial that was not played leaves one reason under every scorer: it is said once.
    return [...Map.groupBy(reasons, ({ reason }) => reason)].map(
      ([reason, group]) =>
        `${scenario} has no score for ${group.map(({ scorer }) => scorer).join(', ')}: ${reason}`,
    );
  });
  return [
    ...scenarios.filter((id) => !played.has(id)).map((id) => `${id} has no trial`),
    ...unscored,
  ];
}

function baselineHoles({ scenarios, metrics }: Measured, baseline: Baseline): readonly string[] {
  const known = new Set(scenarios);
  const committed = new Set(baseline.scenarios);
  return [
    ...baseline.scenarios
      .filter((id) => !known.has(id))
      .map((id) => `${id} is in the baseline and not in the suite`),
    ...scenarios
      .filter((id) => !committed.has(id))
      .map((id) => `${id} is in the suite and not in the baseline`),
    ...Object.keys(baseline.metrics)
      .filter((name) => !Object.hasOwn(metrics, name))
      .map((name) => `the metric ${name} is in the baseline and was not measured`),
    ...Object.entries(metrics).flatMap(([name, { direction }]) => {
      const entry = baseline.metrics[name];
      if (entry === undefined) return [`the metric ${name} has no baseline`];
      if (entry.direction === direction) return [];
      return [`the metric ${name} is ${direction}; the baseline says ${entry.direction}`];
    }),
  ];
}

function compareMetrics(
  measured: Measured['metrics'],
  baseline: Baseline['metrics'],
): Readonly<Record<string, ComparedMetric>> {
  const unmeasured = Object.entries(baseline).map(([name, { direction }]) => [
    name,
    { value: null, direction },
  ]);
  const both: Measured['metrics'] = { ...Object.fromEntries(unmeasured), ...measured };
  const compared = Object.entries(both)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, metric]) => [name, compare(metric, baseline[name])]);
  return Object.fromEntries(compared);
}

function compare(
  { value, direction }: Metric,
  entry: Baseline['metrics'][string] | undefined,
): ComparedMetric {
  const sides = {
    value,
    baseline: entry?.value ?? null,
    tolerance: entry?.tolerance ?? null,
    direction,
  };
  if (value === null || entry === undefined) return { ...sides, verdict: 'not-comparable' };
  const gain = direction === 'higher-is-better' ? value - entry.value : entry.value - value;
  if (gain < -entry.tolerance) return { ...sides, verdict: 'worse' };
  if (gain < 0) return { ...sides, verdict: 'within-tolerance' };
  return { ...sides, verdict: gain === 0 ? 'same' : 'better' };
}

function failureOf(
  name: string,
  { value, baseline, tolerance, direction }: ComparedMetric,
): string {
  const limit = tolerance === 0 ? '' : ` (tolerance ${tolerance})`;
  return `${name} is ${shown(value)}; the baseline is ${shown(baseline)}${limit}, ${direction}`;
}

/** Enough digits to tell two figures apart, and no float's tail. */
const shown = (value: number | null): string =>
  value === null ? 'none' : String(Number(value.toPrecision(6)));
