import { Bench } from 'tinybench';
import type { Arm, ArmGroup } from '../cases/arm.ts';

/** Median milliseconds of every arm in one round, by the arm's name. */
export type Round = ReadonlyMap<string, number>;

export interface MeasureOptions {
  /** Rounds that count; one more is run before them to warm up. */
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** Samples of each arm in a round. */
const samplesPerRound = 5;

/**
 * Measures the arms of a group in turns: each round visits every arm once, in rotated order, so that what the machine
 * does beside us falls on all of them alike. Rejects with the signal's reason when it aborts.
 */
export async function measureGroup(
  { floor, cases }: ArmGroup,
  { rounds, signal }: MeasureOptions,
): Promise<readonly Round[]> {
  const arms = [floor, ...cases];
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % arms.length;
    measured.push(await playRound([...arms.slice(first), ...arms.slice(0, first)], signal));
  }
  return measured.slice(1);
}

async function playRound(arms: readonly Arm[], signal: AbortSignal): Promise<Round> {
  const bench = new Bench({ iterations: samplesPerRound, time: 0, warmup: false, throws: true });
  for (const { name, sample } of arms) {
    const timed = async () => {
      signal.throwIfAborted();
      return { overriddenDuration: await sample() };
    };
    bench.add(name, timed, { async: true });
  }
  const tasks = await bench.run();
  return new Map(
    tasks.map(({ name, result }) => {
      if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`);
      return [name, result.latency.p50];
    }),
  );
}
