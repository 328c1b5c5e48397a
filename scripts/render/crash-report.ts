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

type Violation = CrashReport['violations'][number];

/** A sentence that is only named beside the first is kept to a line of this length. */
const alsoLength = 140;

/**
 * Each crash that went wrong, with the first invariant it breaks in full, the others in a line each, and the command that
 * does it again; every invalid point; then the counts.
 */
export function renderCrashReport(report: CrashReport, paint: Paint): string {
  const { scenario, points, landed, clean, violations, invalid } = report;
  return [
    ...[...Map.groupBy(violations, ({ point }) => point).values()].flatMap((group) =>
      renderCrash(scenario, group, paint),
    ),
    ...invalid.flatMap(({ point, reason }) => [
      `${paint('yellow', `${point} proves nothing`)}: ${reason}`,
      '',
    ]),
    `${points} points, ${landed} landed, ${clean} clean`,
  ].join('\n');
}

function renderCrash(
  scenario: string,
  [first, ...others]: readonly Violation[],
  paint: Paint,
): readonly string[] {
  if (first === undefined) return [];
  const { point, invariant, expected, found, message, replay } = first;
  return [
    `${paint('red', `${scenario} breaks ${invariant}`)}: ${message}`,
    `  crash     ${point}`,
    `  expected  ${expected}`,
    `  found     ${found}`,
    ...others.map((other) => `  also      ${other.invariant}: ${inOneLine(other.message)}`),
    `  replay    ${replay}`,
    '',
  ];
}

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= alsoLength ? line : `${line.slice(0, alsoLength - 1)}…`;
}
