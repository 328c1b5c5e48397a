import type { Fact } from '#harness';
import { toldIn } from '#scenarios';
import type { Scorer } from './scorer.ts';

/** A figure summed over the facts of a session, whatever was cleared of its log. */
export function countScorer(name: string, figureOf: (fact: Fact) => number): Scorer {
  return {
    name,
    scale: 'count',
    read: ({ observation }) => {
      const events = toldIn(observation);
      const value = events.reduce((sum, { fact }) => sum + figureOf(fact), 0);
      return { value, reason: `summed over ${events.length} events` };
    },
  };
}
