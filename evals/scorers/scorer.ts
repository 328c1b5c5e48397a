import type { Observation, Scenario } from '#scenarios';
import type { Reading, Scale, Score } from './score.ts';

/** A run of a scenario that came to its end, well or not. */
export interface PlayedTrial {
  readonly scenario: Scenario;
  readonly observation: Observation;
}

export interface Scorer {
  readonly name: string;
  readonly scale: Scale;
  /** Pure. Throws when it cannot tell, which leaves the trial unscored. */
  readonly read: (trial: PlayedTrial) => Reading;
}

/** Asks every scorer. One that throws, or speaks outside its scale, has not scored. */
export function scoreTrial(
  trial: PlayedTrial,
  scorers: readonly Scorer[],
): Readonly<Record<string, Score>> {
  return Object.fromEntries(scorers.map((scorer) => [scorer.name, scoreBy(scorer, trial)]));
}

/** What every scorer says of a trial that could not be played. */
export function unscored(
  reason: string,
  scorers: readonly Scorer[],
): Readonly<Record<string, Score>> {
  return Object.fromEntries(scorers.map(({ name }) => [name, { kind: 'unscored', reason }]));
}

function scoreBy({ read, scale }: Scorer, trial: PlayedTrial): Score {
  try {
    const { value, reason } = read(trial);
    if (isOnScale(value, scale)) return { kind: 'scored', scale, value, reason };
    return { kind: 'unscored', reason: `the scorer said ${value}, which is no ${scale}` };
  } catch (error) {
    return { kind: 'unscored', reason: `the scorer failed: ${String(error)}` };
  }
}

function isOnScale(value: number, scale: Scale): boolean {
  return value >= 0 && (scale === 'share' ? value <= 1 : Number.isFinite(value));
}
