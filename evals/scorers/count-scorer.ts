import type { Fact } from '#harness';
import type { Scorer } from './scorer.ts';

/** A figure summed over the facts of a session's log. */
export function countScorer(name: string, figureOf: (fact: Fact) => number): Scorer {
  return {
    name,
    scale: 'count',
    read: ({ observation }) => {
      const value = observation.events.reduce((sum, { fact }) => sum + figureOf(fact), 0);
      return { value, reason: `summed over ${observation.events.length} events` };
    },
  };
}
