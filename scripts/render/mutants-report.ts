import type { ExitCode } from '../cli/define-command.ts';
import type { Paint } from './paint.ts';

/** What one trial of a mutant came to, as far as it is shown. */
export interface MutantRow {
  readonly id: string;
  readonly invariant: string;
  readonly verdict: 'killed' | 'survived' | 'false-alarm' | 'failed';
  readonly reason: string;
  readonly durationMs: number;
}

export interface MutantIds {
  readonly survived: readonly string[];
  readonly falseAlarms: readonly string[];
  readonly failed: readonly string[];
}

/** 1: a check misses a defect or sees one that is not there. 2: something could not be tried. */
export function exitCodeOf({ survived, falseAlarms, failed }: MutantIds): ExitCode {
  if (survived.length + falseAlarms.length > 0) return 1;
  return failed.length > 0 ? 2 : 0;
}

/** A line for each mutant: its invariant, what became of it, how long that took, and what caught it; then the counts. */
export function renderMutantsReport(rows: readonly MutantRow[], paint: Paint): string {
  const count = (verdict: MutantRow['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  return [
    ...rows.map((row) => {
      const { id, invariant, verdict, reason, durationMs } = row;
      const word = paint(verdict === 'killed' ? 'green' : 'red', verdict.padEnd(11));
      const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
      return `${id.padEnd(5)}  ${invariant.padEnd(3)}  ${word}  ${seconds}  ${inOneLine(reason)}`;
    }),
    '',
    [
      `${count('killed')} killed`,
      `${count('survived')} survived`,
      `${count('false-alarm')} false alarms`,
      ...(count('failed') > 0 ? [`${count('failed')} could not be tried`] : []),
    ].join(', '),
  ].join('\n');
}

const longest = 140;

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
