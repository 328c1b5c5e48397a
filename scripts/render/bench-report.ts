export interface BenchRow {
  readonly name: string;
  readonly medianMs: number;
  /** Median over the median of this row's floor: 1 costs nothing. */
  readonly ratio: number;
}

/** One row per case, its columns aligned, with a head. */
export function renderBenchReport(rows: readonly BenchRow[]): string {
  const cells = [
    ['case', 'median', 'x floor'],
    ...rows.map(({ name, medianMs, ratio }) => [
      name,
      `${medianMs.toFixed(3)} ms`,
      ratio.toFixed(2),
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
