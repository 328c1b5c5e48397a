import { expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { playScenario, scenarioNamed, startWorldServer } from '#scenarios';
import { violationsInLog, violationsInWorld } from './check-crowd.ts';
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

test('a crowd’s customers are nobody else’s: one of them plays the scenario alone, and what is wrong with them is noticed', async () => {
  const scenario = scenarioNamed('R-01');
  const { world, visitors } = gatherCrowd(scenario, 3);
  await using worldServer = await startWorldServer();
  const [first] = visitors;
  const seen = await playScenario(
    { ...scenario, world, principal: { ...scenario.principal, id: first?.customerId ?? '' } },
    { worldServer, model: scriptedModel(scenario.playbooks.gold) },
  );
  expect(seen.world.refunds.map((refund) => refund.chargeId)).toEqual([first?.duplicateId]);

  // What the load is held to holds of this one, and notices what is wrong.
  const crowd = gatherCrowd(scenario, 1);
  const { refunds, mails } = seen.world;
  expect(violationsInWorld({ refunds, mails }, crowd)).toEqual([]);
  expect(violationsInLog('s', seen.events)).toEqual([]);
  const inPart = refunds.map((refund) => ({ ...refund, amountMinor: refund.amountMinor - 1 }));
  const notInFull = `${first?.duplicateId} was not refunded once and in full`;
  expect(violationsInWorld({ refunds: inPart, mails }, crowd)).toEqual([notInFull]);
  expect(violationsInWorld({ refunds: [], mails: [] }, crowd)).toEqual([
    notInFull,
    `${first?.customerId} was not told once`,
  ]);
  expect(violationsInWorld({ refunds: [...refunds, ...refunds], mails }, crowd)).toEqual([
    '1 refunds too many were paid',
    notInFull,
  ]);
  const unanswered = seen.events.filter(({ fact }) => fact.type !== 'tool-completed');
  expect(violationsInLog('s', unanswered).length).toBeGreaterThan(1);
});
