import type { Paint } from './paint.ts';

/** What a sweep came to, as far as it is shown. */
export interface CrashReport {
  readonly scenario: string;
  readonly points: number;
  readonly landed: number;
  readonly clean: number;
  readonly violations: readonly {
    /** As step:moment. */
    readonly point: string;
    readonly invariant: string;
    readonly expected: string;
    readonly found: string;
    readonly message: string;
    /** The command that does this very crash again. */
    readonly replay: string;
  }[];
  /** Points that proved nothing, and why. */
  readonly invalid: readonly { readonly point: string; readonly reason: string }[];
}

/** Every violation with the command that does its crash again, every invalid point, then the counts. */
export function renderCrashReport(report: CrashReport, paint: Paint): string {
  const { scenario, points, landed, clean, violations, invalid } = report;
  return [
    ...violations.flatMap(({ point, invariant, expected, found, message, replay }) => [
      `${paint('red', `${scenario} breaks ${invariant}`)}: ${message}`,
      `  crash     ${point}`,
      `  expected  ${expected}`,
      `  found     ${found}`,
      `  replay    ${replay}`,
      '',
    ]),
    ...invalid.flatMap(({ point, reason }) => [
      `${paint('yellow', `${point} proves nothing`)}: ${reason}`,
      '',
    ]),
    `${points} points, ${landed} landed, ${clean} clean`,
  ].join('\n');
}
