import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { Observation } from '../checkers/observation.ts';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { HumanDecision } from './define-scenario.ts';
import { playScenario } from './play-scenario.ts';

// H-01, in which a refund waits for ana, with people who do other things than she does.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const scenario = scenarioNamed('H-01');
const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };
const yes: HumanDecision = {
  by: ana,
  tool: 'issueRefund',
  verdict: 'approve',
  reason: 'test',
  afterMs: 0,
};

const play = (...human: readonly HumanDecision[]): Promise<Observation> =>
  playScenario(
    { ...scenario, human },
    { worldServer, backing: memoryBacking(), model: scriptedModel(scenario.playbooks.gold) },
  );

test('what a person is asked they decide, by name and with their reason', async () => {
  const { approvals, world } = await play(yes);
  expect(approvals).toMatchObject([
    { tool: 'issueRefund', status: 'consumed', decidedBy: 'ana', decisionReason: 'test' },
  ]);
  expect(world.refunds).toHaveLength(1);
});

test('a person who presses the button three times has decided once', async () => {
  const { approvals, world } = await play({ ...yes, clicks: 3 });
  expect(approvals?.map(({ status }) => status)).toEqual(['consumed']);
  expect(world.refunds).toHaveLength(1);
});

test('decisions for another tool are kept for that tool', async () => {
  const { world } = await play({ ...yes, tool: 'sendReply', verdict: 'reject' }, yes);
  expect(world.refunds).toHaveLength(1);
});

test('what nobody on the card decides ends its run, and nothing is paid', async () => {
  const { outcomes, approvals, world } = await play();
  expect(outcomes.map(({ kind }) => kind)).not.toContain('answered');
  expect(approvals?.map(({ status }) => status)).toEqual(['cancelled']);
  expect(world.refunds).toEqual([]);
});

test('a decision by somebody who may not decide ends the play with what the desk says', async () => {
  const customer = { ...ana, role: 'customer' };
  await expect(play({ ...yes, by: customer })).rejects.toMatchObject({ code: 'DECISION_REFUSED' });
});
