import type { Metric } from '../metrics/measure.ts';
import { type Baseline, writeBaseline } from './baseline.ts';
import { type Measured, trialHoles } from './decide-gate.ts';

/** Of a metric that had no baseline before: what is measured is what is wanted. */
const firstTolerance = 0;

/**
 * Writes what was measured as the baseline; tolerances stay. Returns it with what it changes, or undefined, with nothing
 * written, when a trial is missing or unscored.
 */
export async function updateBaseline(
  path: string,
  {
    suite,
    measured,
    committed,
  }: {
    readonly suite: string;
    readonly measured: Measured;
    readonly committed: Baseline | undefined;
  },
): Promise<{ readonly baseline: Baseline; readonly changes: readonly string[] } | undefined> {
  if (trialHoles(measured).length > 0) return undefined;
  const metrics = Object.entries(measured.metrics).flatMap(([name, { value, direction }]) => {
    if (value === null) return [];
    const tolerance = committed?.metrics[name]?.tolerance ?? firstTolerance;
    return [[name, { value, direction, tolerance }] as const];
  });
  const baseline: Baseline = {
    version: 1,
    suite,
    scenarios: measured.scenarios.toSorted(),
    metrics: Object.fromEntries(metrics),
  };
  await writeBaseline(path, baseline);
  return { baseline, changes: changesBetween(committed?.metrics ?? {}, baseline.metrics) };
}

function changesBetween(
  before: Baseline['metrics'],
  after: Baseline['metrics'],
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names
    .filter((name) => before[name]?.value !== after[name]?.value)
    .map((name) => `${name}: ${shown(before[name])} → ${shown(after[name])}`);
}

const shown = (entry: Pick<Metric, 'value'> | undefined): string =>
  entry === undefined ? 'none' : String(entry.value);
