export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest-rank percentiles, in the unit of `values`, to a hundredth. NaN where there are no values: nothing was measured. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number => {
    const value = sorted[Math.ceil(share * sorted.length) - 1];
    return value === undefined ? Number.NaN : Math.round(value * 100) / 100;
  };
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
