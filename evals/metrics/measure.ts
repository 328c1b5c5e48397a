import type { Scale, Score, ScoredTrial } from '../scorers/score.ts';

export type Direction = 'higher-is-better' | 'lower-is-better';

/** An aggregate over the trials of a suite; null when a trial it needs was not scored. */
export interface Metric {
  readonly value: number | null;
  readonly direction: Direction;
}

const successRate = 'successRate';

/** The mean of every scorer, and the share of trials that scored 1 on every share. */
export function measure(
  trials: readonly ScoredTrial[],
  scorers: readonly { readonly name: string; readonly scale: Scale }[],
): Readonly<Record<string, Metric>> {
  const shares = scorers.filter(({ scale }) => scale === 'share');
  const means = scorers.map(({ name, scale }) => [
    name,
    {
      value: mean(trials.map(({ scores }) => valueOf(scores[name]))),
      direction: scale === 'share' ? 'higher-is-better' : 'lower-is-better',
    } satisfies Metric,
  ]);
  const successes = trials.map(({ scores }) => success(shares.map(({ name }) => scores[name])));
  return {
    [successRate]: { value: mean(successes), direction: 'higher-is-better' },
    ...Object.fromEntries(means),
  };
}

function success(scores: readonly (Score | undefined)[]): number | null {
  const values = scores.map(valueOf);
  if (values.includes(null)) return null;
  return values.every((value) => value === 1) ? 1 : 0;
}

function valueOf(score: Score | undefined): number | null {
  return score?.kind === 'scored' ? score.value : null;
}

function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}
