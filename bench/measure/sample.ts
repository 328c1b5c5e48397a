/** What one operation took. */
export interface Sample {
  readonly ms: number;
  /** Processor time: of this process and, where the database is another on this machine, of its connections. */
  readonly cpuMs: number;
  /** SQL statements sent; absent where there is no database. */
  readonly statements?: number;
}

/** The clocks of a sample. */
export const clocks = ['ms', 'cpuMs', 'statements'] as const;
export type Clock = (typeof clocks)[number];

/** The median of each time, and the fewest statements: what this process asks besides, at times of its own, only adds. */
export function medianSample(samples: readonly Sample[]): Sample {
  const statements = samples.flatMap((sample) => sample.statements ?? []);
  return {
    ms: medianOf(samples.map(({ ms }) => ms)),
    cpuMs: medianOf(samples.map(({ cpuMs }) => cpuMs)),
    ...(statements.length === 0 ? {} : { statements: Math.min(...statements) }),
  };
}

/** Throws RangeError when there are no values. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError('there are no values');
  return (low + high) / 2;
}
