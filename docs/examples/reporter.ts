import type { SuiteResult } from '#evals';
import type { VerifyReport } from '#scenarios';

// A line for each thing that is wrong, as GitHub shows them beside a pull request.

export function reportCrash({ violations, invalid, clean, points }: VerifyReport): string {
  return [
    ...violations.map(
      ({ invariant, point, message }) => `::error::${invariant} ${point} ${message}`,
    ),
    ...invalid.map(({ point, reason }) => `::warning::${point} ${reason}`),
    `::notice::${clean} of ${points} crash points are clean`,
  ].join('\n');
}

export function reportSuite({ suite, gate, reasons }: SuiteResult): string {
  return [...reasons.map((reason) => `::error::${reason}`), `::notice::${suite}: ${gate}`].join(
    '\n',
  );
}
