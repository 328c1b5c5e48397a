import type { CrashPoint, VerifyOptions, VerifyReport } from '#scenarios';
import { type Cell, renderMatrix } from '../render/matrix.ts';
import type { CommandIo } from './define-command.ts';

/** What a sweep came to, and every point it tried. */
export interface Sweep {
  readonly report: VerifyReport;
  readonly cells: readonly Cell[];
}

/** How often a sweep that nobody watches says where it is. */
const milestonePoints = 6;

/** Kills a scenario at every point asked for, while the board shows how the matrix fills. */
export async function sweepScenario(
  io: CommandIo,
  scenario: string,
  options: VerifyOptions,
): Promise<Sweep> {
  const { formatPoint, formatStep, verifyScenario } = await import('#scenarios');
  // A point behind a piece of text stands in a row of its own.
  const rowOf = (point: CrashPoint): string =>
    point.delta === undefined ? formatStep(point) : formatPoint(point);
  let cells: readonly Cell[] = [];
  const draw = (): void => io.board(renderMatrix(cells, io.paintTalk));
  try {
    const report = await verifyScenario(scenario, {
      ...options,
      signal: io.signal,
      onStart: (steps, points) => {
        io.progress(`${scenario}: ${steps.length} steps, ${points.length} crash points`);
        cells = points.map((point) => ({ step: rowOf(point), moment: point.moment }));
        draw();
      },
      onPoint: ({ point, verdict }) => {
        const step = rowOf(point);
        if (verdict.kind !== 'CLEAN') io.progress(`${formatPoint(point)}: ${verdict.kind}`);
        cells = cells.map((cell) =>
          cell.step === step && cell.moment === point.moment
            ? { ...cell, verdict: verdict.kind }
            : cell,
        );
        draw();
        const tried = cells.filter((cell) => cell.verdict !== undefined).length;
        if (tried % milestonePoints === 0) io.milestone(`${tried} of ${cells.length} points`);
      },
    });
    return { report, cells };
  } finally {
    io.board('');
  }
}
