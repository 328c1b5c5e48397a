interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What a load came to, as far as it is shown. */
export interface LoadReport {
  readonly sessions: number;
  readonly succeeded: number;
  readonly violations: readonly string[];
  readonly stepMs: Percentiles;
  readonly firstDeltaMs: Percentiles;
  readonly durationMs: number;
}

/** How many violations are named; the rest are counted. */
const namedViolations = 10;

export function renderLoad(report: LoadReport): string {
  const { sessions, succeeded, violations, stepMs, firstDeltaMs, durationMs } = report;
  const rest = violations.length - namedViolations;
  return [
    ...violations.slice(0, namedViolations),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    `step         p50 ${stepMs.p50} ms, p95 ${stepMs.p95} ms, max ${stepMs.max} ms (${stepMs.count} steps)`,
    `first delta  p50 ${firstDeltaMs.p50} ms, p95 ${firstDeltaMs.p95} ms, max ${firstDeltaMs.max} ms`,
    `${succeeded} of ${sessions} sessions answered in ${(durationMs / 1000).toFixed(1)} s, ${violations.length} violations`,
  ].join('\n');
}
