import type { Backing, RunOutcome } from '#harness';
import type { Mutant } from '../mutant.ts';
import { withSteps } from '../with-steps.ts';

/** CD-18: what sub-agents come back with is taken in the order in which they end, not in the one in which they were sent out. */
export const branchesByCompletion: Mutant = {
  id: 'CD-18',
  title: 'findings stand in the order in which sub-agents end',
  breaks: 'I5',
  apply: ({ agents, entry, backing }) => ({ agents, entry, backing: takingAsTheyCome(backing) }),
};

const takingAsTheyCome = (backing: Backing): Backing =>
  withSteps(backing, (steps) => ({
    delegate: async (requests) => {
      const outcomes: RunOutcome[] = [];
      const each = requests.map(async (one) => {
        outcomes.push(...(await steps.delegate([one])));
      });
      await Promise.all(each);
      return outcomes;
    },
  }));
