import { checkCommitmentsKept } from '../checkers/commitments-kept.ts';
import { halfReadMemory } from '../mutants/memory/half-read-memory.ts';
import { newestFactsCut } from '../mutants/memory/newest-facts-cut.ts';
import { proseOnly } from '../mutants/memory/prose-only.ts';
import { summaryMadeAnew } from '../mutants/memory/summary-made-anew.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { crashTrial } from './crash-trials.ts';
import { playRemembering } from './play-remembering.ts';
import { switched, type Trial } from './trial.ts';

/** By default M-04, whose later runs remember what the earlier ones did. */
const forgetting = (defect: Mutant, scenario = 'M-04'): Trial => ({
  defect,
  play: async (stage) => {
    const { worldServer, signal } = stage;
    const options = { worldServer, signal, ...switched(defect, stage) };
    return checkCommitmentsKept(await playRemembering(scenarioNamed(scenario), options));
  },
});

/** CD-20. The third run of M-04 dies when its summary is saved and its turn has not been taken. */
const deadBehindSummary = crashTrial(summaryMadeAnew, {
  scenario: 'M-04',
  crash: { run: '3', step: 'model#1', moment: 'before' },
});

export const memoryTrials: readonly Trial[] = [
  forgetting(newestFactsCut),
  deadBehindSummary,
  forgetting(proseOnly),
  // Its last run finds a memory that it cannot read.
  forgetting(halfReadMemory, 'M-08'),
];
