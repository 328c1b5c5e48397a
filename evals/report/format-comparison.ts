import type { WayComparison, WayFigures } from '../comparison/compare-ways.ts';

type Figures = Omit<WayFigures, 'faults'>;

/** Every task with its figures both ways, what went wrong below it, the means last. */
export function formatComparison({ tasks, equal, done, means, compared }: WayComparison): string {
  const rows = [
    { name: 'task', cells: ['tokens', 'steps', 'path', 'ms'] },
    ...compared.map(({ task, single, supervised }) => ({
      name: task,
      cells: cellsOf(single, supervised),
    })),
    { name: 'mean', cells: cellsOf(means.single, means.supervised) },
  ];
  const width = Math.max(...rows.flatMap(({ cells }) => cells.map((cell) => cell.length)));
  return [
    `${tasks} tasks, alone → supervised`,
    ...rows.map(
      ({ name, cells }) =>
        `  ${[name.padEnd(5), ...cells.map((cell) => cell.padStart(width))].join('  ')}`,
    ),
    ...compared.flatMap(({ task, difference, single, supervised }) => [
      ...(difference === undefined ? [] : [`  ${task} ends otherwise: ${difference}`]),
      ...single.faults.map((fault) => `  ${task} alone: ${fault}`),
      ...supervised.faults.map((fault) => `  ${task} supervised: ${fault}`),
    ]),
    `${equal} of ${tasks} end the same, ${done} of ${tasks} are done both ways`,
  ].join('\n');
}

const cellsOf = (single: Figures, supervised: Figures): readonly string[] =>
  (['tokens', 'steps', 'path', 'latencyMs'] as const).map(
    (name) => `${Math.round(single[name])} → ${Math.round(supervised[name])}`,
  );
