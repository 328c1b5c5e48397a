import type { Fact, Usage } from '#harness';

/** A fact of a model call that was paid for. */
export type PaidTurn =
  | Extract<
      Fact,
      { type: 'model-turn-completed' | 'plan-made' | 'answer-refused' | 'synthesis-made' }
    >
  | (Extract<Fact, { type: 'memory-compacted' }> & { readonly usage: Usage });

/** Plans, syntheses and summaries are written by a model too, and so is what was refused of them. */
export const isPaidTurn = (fact: Fact): fact is PaidTurn =>
  fact.type === 'model-turn-completed' ||
  fact.type === 'plan-made' ||
  fact.type === 'answer-refused' ||
  (fact.type === 'synthesis-made' && fact.by === 'model') ||
  (fact.type === 'memory-compacted' && fact.usage !== undefined);
