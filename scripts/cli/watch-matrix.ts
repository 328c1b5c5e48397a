import { type Cell, renderMatrix } from '../render/matrix.ts';
import type { CommandIo } from './define-command.ts';

/** The matrix of a sweep while it fills. */
export interface MatrixWatch {
  /** Lays out the points that will be tried. */
  readonly plan: (points: readonly Cell[]) => void;
  /** Enters the verdict on one of them. */
  readonly fill: (cell: Cell) => void;
  readonly cells: () => readonly Cell[];
}

/** Follows a sweep on the board, redrawn for every verdict. */
export function watchMatrix(io: Pick<CommandIo, 'board'>): MatrixWatch {
  let cells: readonly Cell[] = [];
  const draw = (): void => io.board((paint) => renderMatrix(cells, paint));
  return {
    plan: (points) => {
      cells = points.map(({ step, moment }) => ({ step, moment }));
      draw();
    },
    fill: (filled) => {
      cells = cells.map((cell) => (isSamePoint(cell, filled) ? filled : cell));
      draw();
    },
    cells: () => cells,
  };
}

function isSamePoint(one: Cell, other: Cell): boolean {
  return one.step === other.step && one.moment === other.moment;
}
