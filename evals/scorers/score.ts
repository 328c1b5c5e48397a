/**
 * What a scorer says of one trial. `scored`: a figure and why; on the scale `share` it is 0 (nothing of what was
 * expected) to 1 (all of it). `unscored`: the scorer could not tell, which is neither 0 nor nothing: it makes the gate
 * invalid.
 */
export type Score =
  | { readonly kind: 'scored'; readonly value: number; readonly reason: string }
  | { readonly kind: 'unscored'; readonly reason: string };

/** One run of a scenario, scored: every scorer's word under its name. */
export interface ScoredTrial {
  readonly scenario: string;
  /** Who answered, as the recording or the model factory says it. */
  readonly madeBy: string;
  readonly scores: Readonly<Record<string, Score>>;
}
