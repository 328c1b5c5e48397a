import type { Paint } from './paint.ts';

const moments = ['before', 'inside', 'after'] as const;
type Moment = (typeof moments)[number];

/** One crash point of a sweep; without a verdict it has not been tried yet. */
export interface Cell {
  readonly step: string;
  readonly moment: Moment;
  readonly verdict?: 'CLEAN' | 'VIOLATION' | 'INVALID';
}

/** Steps as rows, moments as columns: `.` clean, `X` violation, `?` invalid, blank not tried yet. */
export function renderMatrix(cells: readonly Cell[], paint: Paint): string {
  const steps = [...new Set(cells.map(({ step }) => step))];
  const shown = moments.filter((moment) => cells.some((cell) => cell.moment === moment));
  const stepWidth = Math.max('step'.length, ...steps.map((step) => step.length));
  const head = ['step'.padEnd(stepWidth), ...shown].join('  ');
  const rows = steps.map((step) => {
    const marks = shown.map((moment) => {
      const cell = cells.find((each) => each.step === step && each.moment === moment);
      return centred(markOf(cell, paint), moment.length);
    });
    return [step.padEnd(stepWidth), ...marks].join('  ').trimEnd();
  });
  return [paint('dim', head), ...rows].join('\n');
}

function markOf(cell: Cell | undefined, paint: Paint): string {
  switch (cell?.verdict) {
    case undefined:
      return ' ';
    case 'CLEAN':
      return paint('green', '.');
    case 'VIOLATION':
      return paint('red', 'X');
    case 'INVALID':
      return paint('yellow', '?');
  }
}

/** `mark` is one visible character, however many colour codes it carries. */
function centred(mark: string, width: number): string {
  const left = Math.floor((width - 1) / 2);
  return ' '.repeat(left) + mark + ' '.repeat(width - 1 - left);
}
