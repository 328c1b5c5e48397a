import { Bench } from 'tinybench';
import type { Arm, ArmGroup } from '../cases/arm.ts';
import type { Sample } from './sample.ts';

/** A sample of every arm, by the arm's name, one right after the other. */
export type Round = ReadonlyMap<string, Sample>;

export interface MeasureOptions {
  /** Rounds that count; some more are run before them to warm up. */
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** What V8 makes quicker is quick by then, and a bench of a single round is not kept waiting. */
const warmUpRounds = (rounds: number): number => Math.min(rounds, 5);

/**
 * Measures the arms of a group in turns: each round visits every arm once, so that what the machine does beside us falls on
 * all of them alike. It begins with another arm each time, and every second round goes the other way, so that what an arm
 * leaves behind does not always fall on the same one. Rejects with the signal's reason when it aborts.
 */
export async function measureGroup(
  { floor, cases }: ArmGroup,
  { rounds, signal }: MeasureOptions,
): Promise<readonly Round[]> {
  const arms = [floor, ...cases];
  const warmUp = warmUpRounds(rounds);
  const measured: Round[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    measured.push(await playRound(inTurn(arms, round), signal));
  }
  return measured.slice(warmUp);
}

function inTurn(arms: readonly Arm[], round: number): readonly Arm[] {
  const first = round % arms.length;
  const turn = [...arms.slice(first), ...arms.slice(0, first)];
  return round % 2 === 0 ? turn : turn.toReversed();
}

async function playRound(arms: readonly Arm[], signal: AbortSignal): Promise<Round> {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true });
  const round = new Map<string, Sample>();
  for (const { name, sample } of arms) {
    const timed = async () => {
      signal.throwIfAborted();
      const one = await sample();
      round.set(name, one);
      return { overriddenDuration: one.ms };
    };
    bench.add(name, timed, { async: true });
  }
  await bench.run();
  return round;
}
