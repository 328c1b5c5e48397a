import type { BenchRow } from './measure/summarise.ts';
import type { BenchResult } from './run-bench.ts';

/** A table: each group below its floor, times in milliseconds, ratios with the quartiles of the rounds. */
export function formatBench({ machine, rounds, rows }: BenchResult): string {
  const cells = [
    ['', 'median ms', 'quartiles', 'x floor', 'quartiles'],
    ...rows.map((row) => [
      row.isFloor ? `${row.name} (floor)` : row.name,
      row.medianMs.toFixed(3),
      rangeOf(row.spreadMs, 3),
      row.ratio.toFixed(2),
      row.isFloor ? '' : rangeOf(row.ratioSpread, 2),
    ]),
  ];
  const notes = rows.map((row) => `${row.name}: ${row.includes}.`);
  const head = `node ${machine.node}, ${machine.cores} cores, ${rounds} rounds; an idle machine measures best.`;
  return [...alignColumns(cells), '', ...notes, head].join('\n');
}

function rangeOf([low, high]: BenchRow['spreadMs'], digits: number): string {
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
