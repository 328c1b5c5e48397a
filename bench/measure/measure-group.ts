import { Bench } from 'tinybench';
import type { Arm, ArmGroup } from '../cases/arm.ts';
import { medianSample, type Sample } from './sample.ts';

/** The medians of every arm in one round, by the arm's name. */
export type Round = ReadonlyMap<string, Sample>;

export interface MeasureOptions {
  /** Rounds that count; one more is run before them to warm up. */
  readonly rounds: number;
  /** Samples of each arm in a round. */
  readonly samples?: number;
  readonly signal: AbortSignal;
}

const defaultSamples = 5;

/**
 * Measures the arms of a group in turns: each round visits every arm once, in rotated order, so that what the machine
 * does beside us falls on all of them alike. Rejects with the signal's reason when it aborts.
 */
export async function measureGroup(
  { floor, cases }: ArmGroup,
  { rounds, samples = defaultSamples, signal }: MeasureOptions,
): Promise<readonly Round[]> {
  const arms = [floor, ...cases];
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % arms.length;
    measured.push(
      await playRound([...arms.slice(first), ...arms.slice(0, first)], { samples, signal }),
    );
  }
  return measured.slice(1);
}

async function playRound(
  arms: readonly Arm[],
  { samples: iterations, signal }: { readonly samples: number; readonly signal: AbortSignal },
): Promise<Round> {
  const bench = new Bench({ iterations, time: 0, warmup: false, throws: true });
  const taken = new Map<string, Sample[]>();
  for (const { name, sample } of arms) {
    const samples: Sample[] = [];
    taken.set(name, samples);
    const timed = async () => {
      signal.throwIfAborted();
      const one = await sample();
      samples.push(one);
      return { overriddenDuration: one.ms };
    };
    bench.add(name, timed, { async: true });
  }
  await bench.run();
  return new Map([...taken].map(([name, samples]) => [name, medianSample(samples)]));
}
