import { createHarness } from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { checkOneRun } from '../checkers/one-run.ts';
import { namelessRuns } from '../mutants/runs/nameless-runs.ts';
import { runIdOf } from '../scenario/run-id-of.ts';
import { scenarioExchanges } from '../scenario/scenario-exchanges.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Trial } from './trial.ts';

/** CD-3. The network delivers one message twice. */
export const deliveryTrial: Trial = {
  defect: namelessRuns,
  play: async ({ isOn, worldServer }) => {
    const scenario = scenarioNamed('R-01');
    const { id: sessionId, principal, playbooks, messages } = scenario;
    const world = worldServer.createWorld(scenario.world);
    const worldUrl = world.url;
    const parts = { ...scenario.subject.assemble({ worldUrl }), backing: memoryBacking() };
    await using harness = await createHarness({
      ...(isOn ? namelessRuns.apply({ ...parts, worldUrl }) : parts),
      model: scriptedModel(playbooks.gold),
      exchanges: scenarioExchanges(scenario),
    });
    const messageId = runIdOf(sessionId, 1);
    const message = { sessionId, messageId, principal, text: messages[0]?.text ?? '' };
    await harness.send(message);
    await harness.send(message);
    for (const runId of await harness.pendingRuns()) await harness.outcome(runId);
    return checkOneRun({
      events: await harness.events(sessionId),
      outcomes: [await harness.outcome(messageId)],
      world: world.snapshot(),
    });
  },
};
