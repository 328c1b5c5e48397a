import { isPaidTurn } from '#scenarios';
import { cardScorer } from './card-scorer.ts';
import { countScorer } from './count-scorer.ts';
import type { Scorer } from './scorer.ts';

/** Asked of every trial, in the order in which they are reported. */
export const scorers: readonly Scorer[] = [
  cardScorer('finalState', 'final-state'),
  cardScorer('trajectory', 'trajectory'),
  cardScorer('reply', 'reply'),
  cardScorer('budget', 'budget'),
  countScorer('modelTurns', (fact) => (isPaidTurn(fact) ? 1 : 0)),
  countScorer('toolCalls', (fact) => (fact.type === 'tool-requested' ? 1 : 0)),
  countScorer('tokens', (fact) =>
    isPaidTurn(fact) ? fact.usage.inputTokens + fact.usage.outputTokens : 0,
  ),
];
