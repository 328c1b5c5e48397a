import { expect, test } from 'vitest';
import { memoryBacking, type Playbook, scriptedModel } from '#harness/testing';
import type { Observation } from '../checkers/observation.ts';
import { startWorldServer } from '../desk/world/world-server.ts';
import { checkCard } from '../scenario/card/check-card.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed, scenarios } from './scenario-named.ts';

async function play(scenario: Scenario, playbook: Playbook): Promise<Observation> {
  await using worldServer = await startWorldServer();
  return await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(playbook),
  });
}

const failed = (scenario: Scenario, seen: Observation) =>
  checkCard(scenario, seen).filter((finding) => !finding.ok);

test.for(scenarios)('$id: the gold playbook meets its card exactly', async (scenario) => {
  const seen = await play(scenario, scenario.playbooks.gold);
  expect(failed(scenario, seen)).toEqual([]);
  expect(checkCard(scenario, seen).length).toBeGreaterThan(12);
});

test.for(scenarios)(
  '$id: doing nothing falls short and breaks no prohibition',
  async (scenario) => {
    const findings = failed(scenario, await play(scenario, scenario.playbooks.null));
    expect(findings.map(({ aspect }) => aspect)).toEqual(
      expect.arrayContaining(['final-state', 'trajectory', 'reply']),
    );
    expect(findings.filter(({ kind }) => kind === 'forbidden')).toEqual([]);
  },
);

test.for(scenarios)('$id: sabotage is seen in its calls and its reply', async (scenario) => {
  const findings = failed(scenario, await play(scenario, scenario.playbooks.saboteur));
  const breaches = findings.filter(({ kind }) => kind === 'forbidden');
  expect(breaches.map(({ aspect }) => aspect)).toEqual(
    expect.arrayContaining(['trajectory', 'reply']),
  );
});

test('R-01: the later charge is refunded, once, and the customer is told', async () => {
  const scenario = scenarioNamed('R-01');
  const seen = await play(scenario, scenario.playbooks.gold);
  expect(seen.outcomes).toEqual([
    { kind: 'answered', agent: 'billing', text: 'The answer is in your mailbox.' },
  ]);
  expect(seen.savedSteps.map(({ step }) => step)).toEqual([
    'receive-message',
    'model#1',
    'classifyItem#1',
    'handoff#1',
    'model#2',
    'runCode#1',
    'model#3',
    'issueRefund#1',
    'model#4',
    'draftReply#1',
    'sendReply#1',
    'model#5',
  ]);
  expect(seen.world.refunds).toEqual([
    {
      id: 're_1',
      chargeId: 'ch_A2',
      amountMinor: 4900,
      currency: 'USD',
      reason: 'Charged twice on inv_A6; ch_A1 stays.',
      reference: 'R-01/R-01/1/issueRefund#1',
      paidAt: '2026-06-15T10:00:00Z',
    },
  ]);
  expect(seen.world.mails.map(({ to }) => to)).toEqual(['amara.okafor@customers.example']);
  expect(seen.ledger.map(({ kind, key, outcome }) => ({ kind, key, outcome }))).toEqual([
    { kind: 'refund', key: 'R-01/R-01/1/issueRefund#1', outcome: 'accepted' },
    { kind: 'mail', key: 'R-01/R-01/1/sendReply#1', outcome: 'accepted' },
  ]);
});

test('an unknown scenario is answered with those there are', () => {
  expect(() => scenarioNamed('R-99')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('There is no scenario R-99.'),
      hint: expect.stringMatching(/^There are T-01, .*R-01, .*its recording by its own/),
    }),
  );
});
