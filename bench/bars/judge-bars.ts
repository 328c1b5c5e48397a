import type { ArmGroup } from '../cases/arm.ts';
import type { Round } from '../measure/measure-group.ts';
import { medianOf } from '../measure/sample.ts';
import type { Bar } from './bar.ts';

export interface BarVerdict {
  /** `D3 pglite` */
  readonly bar: string;
  readonly says: string;
  readonly limit: number;
  readonly median: number;
  /** Holds the true median in 95 of 100 such benches, or all that was seen where that takes more rounds. */
  readonly interval: readonly [low: number, high: number];
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}

/** Passed when the whole interval is within the bar, failed when the whole of it is beyond. */
export function judgeBars(
  { on, bars }: Pick<ArmGroup, 'on' | 'bars'>,
  rounds: readonly Round[],
): readonly BarVerdict[] {
  return bars.map((bar) => {
    const values = rounds.map((round) => valueIn(round, bar));
    const interval = medianInterval(values);
    return {
      bar: `${bar.id} ${on}`,
      says: bar.says,
      limit: bar.limit,
      median: medianOf(values),
      interval,
      verdict: verdictOf(interval, bar.limit),
    };
  });
}

function verdictOf([low, high]: BarVerdict['interval'], limit: number): BarVerdict['verdict'] {
  if (high <= limit) return 'pass';
  return low > limit ? 'fail' : 'inconclusive';
}

function valueIn(round: Round, { arm, against, clock }: Bar): number {
  const figure = (name: string): number => {
    const value = round.get(name)?.[clock];
    if (value === undefined) throw new RangeError(`a round holds no ${clock} of ${name}`);
    return value;
  };
  return against === undefined ? figure(arm) : figure(arm) / figure(against);
}

/** Chance at either end that the true median lies outside. */
const tail = 0.025;

/**
 * Between order statistics, by the binomial law of how many values fall below a median: it asks nothing of how the values
 * are spread and rolls no dice. Of eleven values it is the second and the tenth.
 */
export function medianInterval(values: readonly number[]): BarVerdict['interval'] {
  const sorted = values.toSorted((left, right) => left - right);
  let rank = 0;
  let chance = 1 / 2 ** sorted.length;
  for (let sum = chance; sum <= tail; sum += chance) {
    rank += 1;
    chance *= (sorted.length - rank + 1) / rank;
  }
  const inner = Math.max(rank - 1, 0);
  const low = sorted[inner];
  const high = sorted.at(-1 - inner);
  if (low === undefined || high === undefined) throw new RangeError('there are no values');
  return [low, high];
}
