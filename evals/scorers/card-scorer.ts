import { checkCard, type Finding } from '#scenarios';
import type { Scorer } from './scorer.ts';

/**
 * Scores one aspect of a scenario's card: the share of what is required that was found, and nothing at all once
 * something forbidden was. A card without a line on it leaves the trial unscored.
 */
export function cardScorer(name: string, aspect: Finding['aspect']): Scorer {
  return {
    name,
    scale: 'share',
    read: ({ scenario, observation }) => {
      const findings = checkCard(scenario, observation).filter((each) => each.aspect === aspect);
      if (findings.length === 0) {
        throw new RangeError(`the card of ${scenario.id} says nothing of ${aspect}`);
      }
      const failed = findings.filter(({ ok }) => !ok);
      return { value: shareOf(findings), reason: reasonFor(findings, failed) };
    },
  };
}

function shareOf(findings: readonly Finding[]): number {
  if (findings.some(({ kind, ok }) => kind === 'forbidden' && !ok)) return 0;
  const required = findings.filter(({ kind }) => kind === 'required');
  // Nothing was required and nothing forbidden was done: that is all there was to do.
  if (required.length === 0) return 1;
  return required.filter(({ ok }) => ok).length / required.length;
}

function reasonFor(findings: readonly Finding[], failed: readonly Finding[]): string {
  return failed.length === 0
    ? `all ${findings.length} lines of the card hold`
    : failed.map(({ reason }) => reason).join('; ');
}
