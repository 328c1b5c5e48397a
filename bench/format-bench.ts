import type { BarVerdict } from './bars/judge-bars.ts';
import type { BenchResult } from './run-bench.ts';

/** A table: each group below its floor, times in milliseconds, ratios with the quartiles of the rounds. */
export function formatBench({ machine, rounds, rows, bars }: BenchResult): string {
  const cells = [
    ['', 'median ms', 'quartiles', 'x floor', 'quartiles', 'CPU ms', 'x floor', 'statements'],
    ...rows.map((row) => [
      row.isFloor ? `${row.name} (floor)` : row.name,
      row.medianMs.toFixed(3),
      rangeOf(row.spreadMs, 3),
      row.ratio.toFixed(2),
      row.isFloor ? '' : rangeOf(row.ratioSpread, 2),
      row.cpuMs.toFixed(3),
      row.cpuRatio.toFixed(2),
      row.statements === undefined ? '' : row.statements.toFixed(2),
    ]),
  ];
  const notes = rows.map((row) => `${row.name}: ${row.includes}.`);
  const head = `node ${machine.node}, ${machine.cores} cores, ${rounds} rounds; an idle machine measures best.`;
  return [...alignColumns(cells), '', ...barLines(bars), '', ...notes, head].join('\n');
}

/** Each bar with what was found; an interval on both sides of the bar decides nothing. */
function barLines(bars: readonly BarVerdict[]): readonly string[] {
  return alignColumns([
    ['bar', 'limit', 'median', '95 % interval', 'verdict'],
    ...bars.map(({ bar, says, limit, median, interval, verdict }) => [
      `${bar}: ${says}`,
      `<= ${Number(limit.toFixed(3))}`,
      median.toFixed(3),
      rangeOf(interval, 3),
      verdict,
    ]),
  ]);
}

function rangeOf([low, high]: readonly [low: number, high: number], digits: number): string {
  return `${low.toFixed(digits)}..${high.toFixed(digits)}`;
}

/** Names to the left, figures to the right. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)),
      )
      .join('  ')
      .trimEnd(),
  );
}
