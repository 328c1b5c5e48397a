import { type Cell, renderMatrix } from '../render/matrix.ts';
import type { CommandIo } from './define-command.ts';

/** The matrix of a sweep while it fills. */
export interface MatrixWatch {
  /** Lays out the points that will be tried. */
  readonly plan: (points: readonly Cell[]) => void;
  /** Enters the verdict on one of them. */
  readonly fill: (cell: Cell) => void;
  /** Takes the matrix off the board and returns it as it stands. */
  readonly finish: () => readonly Cell[];
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
    finish: () => {
      io.board(() => '');
      return cells;
    },
  };
}

function isSamePoint(one: Cell, other: Cell): boolean {
  return one.step === other.step && one.moment === other.moment;
}
