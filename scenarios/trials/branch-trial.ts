import { memoryBacking, scriptedModel } from '#harness/testing';
import { checkHistory } from '../checkers/check-history.ts';
import type { Observation } from '../checkers/observation.ts';
import { branchesByCompletion } from '../mutants/runs/branches-by-completion.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { lateModels } from './late-models.ts';
import { type Stage, switched, type Trial } from './trial.ts';

/** CD-18. S-01, whose last investigator is done first, beside the same session with the first done first. */
export const branchTrial: Trial = {
  defect: branchesByCompletion,
  play: async (stage) =>
    checkHistory(await play({ ...stage, isOn: false }, [1, 2, 3]), await play(stage, [3, 2, 1]), {
      repeatable: [],
    }),
};

function play(stage: Stage, order: readonly number[]): Promise<Observation> {
  const scenario = scenarioNamed('S-01');
  return playScenario(scenario, {
    worldServer: stage.worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    exchanges: lateModels(order),
    signal: stage.signal,
    ...switched(branchesByCompletion, stage),
  });
}
