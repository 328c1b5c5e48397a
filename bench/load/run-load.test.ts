import { expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { playScenario, scenarioNamed, startWorldServer } from '#scenarios';
import { gatherCrowd } from './crowd.ts';
import { runLoad } from './run-load.ts';

test('forty customers at once are each refunded once and told once', {
  timeout: 120_000,
}, async () => {
  const result = await runLoad({ sessions: 40 });
  expect(result).toMatchObject({ sessions: 40, succeeded: 40, violations: [] });
  expect(result.firstDeltaMs.count).toBe(40);
  expect(result.stepMs.count).toBeGreaterThanOrEqual(40 * 12);
});

test('a crowd’s customers are nobody else’s: one of them plays the scenario alone', async () => {
  const scenario = scenarioNamed('R-01');
  const { world, visitors } = gatherCrowd(scenario, 3);
  await using worldServer = await startWorldServer();
  const [first] = visitors;
  const seen = await playScenario(
    { ...scenario, world, principal: { ...scenario.principal, id: first?.customerId ?? '' } },
    { worldServer, model: scriptedModel(scenario.playbooks.gold) },
  );
  expect(seen.world.refunds.map((refund) => refund.chargeId)).toEqual([first?.duplicateId]);
});
