import type { Moment } from './matrix.ts';
import type { Paint } from './paint.ts';

export interface Violation {
  readonly step: string;
  readonly moment: Moment;
  /** I1 … I13. */
  readonly invariant: string;
  /** What was expected and what was found. */
  readonly detail: string;
}

export interface InvalidPoint {
  readonly step: string;
  readonly moment: Moment;
  /** Why this point says nothing. */
  readonly detail: string;
}

export interface CrashReport {
  readonly scenario: string;
  readonly backend: string;
  readonly mutant?: string;
  readonly points: number;
  readonly landed: number;
  readonly clean: number;
  readonly violations: readonly Violation[];
  readonly invalid: readonly InvalidPoint[];
}

/** Every violation with the command that replays that very crash, then the closing count. */
export function renderCrashReport(report: CrashReport, paint: Paint): string {
  const { points, landed, clean, violations, invalid } = report;
  return [
    ...violations.flatMap((violation) => renderViolation(report, violation, paint)),
    ...invalid.flatMap(({ step, moment, detail }) => [
      `${paint('yellow', 'INVALID')} ${step}:${moment}`,
      `  ${detail}`,
      '',
    ]),
    `${points} points, ${landed} landed, ${clean} clean`,
  ].join('\n');
}

/** The command that runs exactly this crash again. */
export function replayCommand(
  { scenario, backend, mutant }: Pick<CrashReport, 'scenario' | 'backend' | 'mutant'>,
  { step, moment }: { readonly step: string; readonly moment: Moment },
): string {
  const withMutant = mutant === undefined ? '' : ` --mutant ${mutant}`;
  return `npx groundhog crash ${scenario} --backend ${backend}${withMutant} --at ${step}:${moment}`;
}

function renderViolation(report: CrashReport, violation: Violation, paint: Paint): string[] {
  const { step, moment, invariant, detail } = violation;
  return [
    `${paint('red', 'VIOLATION')} ${report.scenario} breaks ${invariant}`,
    `  crash    ${step}:${moment}`,
    `  found    ${detail}`,
    `  replay   ${replayCommand(report, violation)}`,
    '',
  ];
}
