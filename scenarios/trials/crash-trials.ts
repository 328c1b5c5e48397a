import { checkHistory } from '../checkers/check-history.ts';
import { keylessRefund } from '../mutants/effects/keyless-refund.ts';
import { keylessLog } from '../mutants/log/keyless-log.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { switched, type Trial } from './trial.ts';
import { type Halt, playTwoLives } from './two-lives.ts';

/** CD-1. R-01 dies when the provider has the refund and the harness has not saved that it has. */
const refundInFlight = crashTrial(keylessRefund, {
  scenario: 'R-01',
  crash: { step: 'issueRefund#1', moment: 'inside' },
});

/** CD-4. R-01 dies when its first turn has streamed and is not saved. */
const turnInFlight = crashTrial(keylessLog, {
  scenario: 'R-01',
  crash: { step: 'model#1', moment: 'inside' },
});

/** The session that died, held against the same session left alone. */
export function crashTrial(
  defect: Mutant,
  { scenario: id, crash }: { readonly scenario: string; readonly crash: Halt },
): Trial {
  return {
    defect,
    play: async (stage) => {
      const scenario = scenarioNamed(id);
      const golden = await playTwoLives(scenario, stage.worldServer);
      const life = await playTwoLives(scenario, stage.worldServer, {
        crash,
        ...switched(defect, stage),
      });
      if (!life.landed) throw new RangeError(`${id} never came to ${crash.step}:${crash.moment}`);
      return checkHistory(golden.seen, life.seen, life);
    },
  };
}

export const crashTrials: readonly Trial[] = [refundInFlight, turnInFlight];
