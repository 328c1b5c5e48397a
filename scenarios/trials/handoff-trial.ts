import { memoryBacking, scriptedModel } from '#harness/testing';
import { checkHistory } from '../checkers/check-history.ts';
import type { Observation } from '../checkers/observation.ts';
import { phantomHandoff } from '../mutants/runs/phantom-handoff.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { type Stage, switched, type Trial } from './trial.ts';

/** CD-15. T-10, whose customer asks for somebody who is not there, beside the same session left alone. */
export const handoffTrial: Trial = {
  defect: phantomHandoff,
  play: async (stage) =>
    checkHistory(await play({ ...stage, isOn: false }), await play(stage), { repeatable: [] }),
};

function play(stage: Stage): Promise<Observation> {
  const scenario = scenarioNamed('T-10');
  return playScenario(scenario, {
    worldServer: stage.worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    signal: stage.signal,
    ...switched(phantomHandoff, stage),
  });
}
