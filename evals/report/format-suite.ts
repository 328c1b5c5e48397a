import type { ComparedMetric } from '../gate/decide-gate.ts';
import type { RouteConfusion } from '../metrics/route-confusion.ts';
import type { SuiteResult } from '../runner/run-suite.ts';
import type { ScoredTrial } from '../scorers/score.ts';

/** The metrics beside their baseline, then every trial that fell short and why, the gate's word last. */
export function formatSuite(result: SuiteResult): string {
  const { suite, model, trials, metrics, scores, baselineChanges = [], gate, reasons } = result;
  const rows = [
    ['metric', 'value', 'baseline', 'verdict'],
    ...Object.entries(metrics).map(([name, metric]) => rowOf(name, metric)),
  ];
  return [
    `${suite}: ${trials} trials, model ${model}`,
    ...alignColumns(rows).map((line) => `  ${line}`),
    ...scores.flatMap(shortfallsOf),
    ...routingLines(result.routing),
    ...baselineChanges.map((change) => `  baseline ${change}`),
    `gate: ${gate}`,
    ...reasons.map((reason) => `  ${reason.replaceAll('\n', '\n  ')}`),
  ].join('\n');
}

function rowOf(name: string, { value, baseline, verdict }: ComparedMetric): readonly string[] {
  return [name, shown(value), shown(baseline), verdict];
}

const shown = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toFixed(3)));

function shortfallsOf({ scenario, scores, madeBy }: ScoredTrial): readonly string[] {
  const short = Object.entries(scores).flatMap(([scorer, score]) =>
    score.kind === 'scored' && score.scale === 'share' && score.value < 1
      ? [`    ${scorer} ${shown(score.value)}: ${score.reason}`]
      : [],
  );
  return short.length === 0 ? [] : [`  ${scenario} (${madeBy})`, ...short];
}

/** A row for each agent on the cards, a column for each that the words speak for. */
function routingLines({ agents, counts, accuracy }: RouteConfusion): readonly string[] {
  if (accuracy === null) return [];
  const width = Math.max(...agents.map((agent) => agent.length));
  const row = (name: string, cells: readonly string[]): string =>
    `  ${[name, ...cells].map((cell) => cell.padStart(width)).join('  ')}`;
  return [
    `  routed by words alone, ${shown(accuracy)} as the cards say (rows: the card, columns: the words)`,
    row('', agents),
    ...agents.map((expected) =>
      row(
        expected,
        agents.map((found) => String(counts[expected]?.[found] ?? 0)),
      ),
    ),
  ];
}

/** Names to the left, figures to the right, the verdict as it comes. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map(([name = '', value = '', baseline = '', verdict = '']) =>
    [name.padEnd(width(0)), value.padStart(width(1)), baseline.padStart(width(2)), verdict].join(
      '  ',
    ),
  );
}
