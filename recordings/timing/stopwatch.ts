/**
 * Milliseconds that have passed since whenever: only differences mean anything, and they never go back. It is no time of day,
 * which a recording would otherwise give away.
 */
export type Stopwatch = () => number;

/** Whether a recorder measures, and by what: by the machine's own stopwatch where it is `true`. */
export type Measuring = true | Stopwatch;

export function stopwatchOf(measuring: Measuring | undefined): Stopwatch | undefined {
  return measuring === true ? () => performance.now() : measuring;
}
