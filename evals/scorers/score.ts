/** `share`: from 0, nothing of what was expected, to 1, all of it. `count`: a measured figure, less is better. */
export type Scale = 'share' | 'count';

/** A figure, and why it is that. */
export interface Reading {
  readonly value: number;
  readonly reason: string;
}

/** What a scorer says of one trial. `unscored` is neither 0 nor nothing: it makes the gate invalid. */
export type Score =
  | ({ readonly kind: 'scored'; readonly scale: Scale } & Reading)
  | { readonly kind: 'unscored'; readonly reason: string };

/** One run of a scenario, scored: every scorer's word under its name. */
export interface ScoredTrial {
  readonly scenario: string;
  /** Who answered, as the recording or the model factory says it. */
  readonly madeBy: string;
  readonly scores: Readonly<Record<string, Score>>;
}
