import type { ArmGroup } from '../cases/arm.ts';
import type { Round } from './measure-group.ts';
import { medianSample, type Sample } from './sample.ts';

/** A figure over all rounds: the median, and the quartiles as its spread. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface BenchRow {
  /** `pglite: durable step` */
  readonly name: string;
  readonly isFloor: boolean;
  /** What one operation is and what its time includes. */
  readonly includes: string;
  readonly medianMs: number;
  readonly spreadMs: readonly [low: number, high: number];
  /** Times the floor, round by round, then the median: 1 costs nothing. */
  readonly ratio: number;
  readonly ratioSpread: readonly [low: number, high: number];
  /** Processor time, and its ratio. */
  readonly cpuMs: number;
  readonly cpuRatio: number;
  /** SQL statements of one operation; absent where there is no database. */
  readonly statements?: number;
}

/** One row per arm, the floor first. A ratio is taken within a round, where both sides had the same machine. */
export function summarise(
  { on, floor, cases }: Pick<ArmGroup, 'on' | 'floor' | 'cases'>,
  rounds: readonly Round[],
): BenchRow[] {
  return [floor, ...cases].map((arm) => {
    const samples = rounds.map((round) => sampleIn(round, arm.name));
    const floors = rounds.map((round) => sampleIn(round, floor.name));
    const ratioOf = (clock: 'ms' | 'cpuMs'): Figure =>
      figureOf(
        samples.map((sample, index) => sample[clock] / (floors[index]?.[clock] ?? Number.NaN)),
      );
    const ms = figureOf(samples.map((sample) => sample.ms));
    const ratio = ratioOf('ms');
    const { statements, cpuMs } = medianSample(samples);
    return {
      name: `${on}: ${arm.name}`,
      isFloor: arm === floor,
      includes: arm.includes,
      medianMs: ms.median,
      spreadMs: [ms.low, ms.high],
      ratio: ratio.median,
      ratioSpread: [ratio.low, ratio.high],
      cpuMs,
      cpuRatio: ratioOf('cpuMs').median,
      ...(statements === undefined ? {} : { statements }),
    };
  });
}

function sampleIn(round: Round, arm: string): Sample {
  const sample = round.get(arm);
  if (sample === undefined) throw new RangeError(`a round holds no ${arm}`);
  return sample;
}

/** Throws RangeError when there is nothing to summarise. */
export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  return {
    low: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    high: quantile(sorted, 0.75),
  };
}

/** Between two values, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new RangeError('there are no values');
  return low + (high - low) * (position - Math.floor(position));
}
