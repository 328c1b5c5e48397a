import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { Observation } from '../../checkers/observation.ts';
import { startWorldServer, type WorldServer } from '../../desk/world/world-server.ts';
import type { Mutant } from '../../mutants/mutant.ts';
import { checkCard } from '../../scenario/card/check-card.ts';
import type { Scenario } from '../../scenario/define-scenario.ts';
import { playScenario } from '../../scenario/play-scenario.ts';
import { scenarioNamed } from '../scenario-named.ts';

// That the cards of cleared sessions can fail: each line of theirs that is about the clear, with what breaks it.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const play = (scenario: Scenario, mutant?: Mutant): Promise<Observation> =>
  playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    ...(mutant === undefined ? {} : { mutant }),
  });

const faults = (scenario: Scenario, seen: Observation): readonly string[] =>
  checkCard(scenario, seen).flatMap(({ ok, reason }) => (ok ? [] : [reason]));

/** The log is cleared, and what is remembered of it is not. */
const halfCleared: Mutant = {
  id: 'in-this-test',
  title: 'clearing leaves the summary',
  breaks: 'I5',
  apply: ({ agents, entry, backing }) => {
    const { summaries } = backing;
    let kept: Parameters<typeof summaries.add>[0] | undefined;
    return {
      agents,
      entry,
      backing: {
        ...backing,
        summaries: {
          add: async (draft) => {
            kept = draft;
            await summaries.add(draft);
          },
          latestBefore: async (sessionId, runId) =>
            (await summaries.latestBefore(sessionId, runId)) ?? kept,
        },
      },
    };
  },
};

test('M-06: a summary that outlives the log is told to whoever asks, and the card says so', async () => {
  const scenario = scenarioNamed('M-06');
  expect(faults(scenario, await play(scenario, halfCleared))).toEqual([
    expect.stringContaining('the last answer must state /do not know/'),
    expect.stringContaining('49\\.00'),
  ]);
});

test('M-06: an audit that was cleared as well is missed, for the clear and for each effect', async () => {
  const scenario = scenarioNamed('M-06');
  const seen = await play(scenario);
  expect(seen.audit?.map(({ action }) => action)).toContain('session-cleared');
  const without = (action: string): readonly string[] =>
    faults(scenario, { ...seen, audit: (seen.audit ?? []).filter((row) => row.action !== action) });
  expect(without('session-cleared')).toEqual([expect.stringContaining('1 clears in the audit')]);
  expect(without('tool-called')).toEqual([
    expect.stringContaining('refund of M-06/M-06/1/issueRefund#1 in the audit'),
  ]);
});

test('M-07: the clear is refused first; a request that is not cancelled, or paid after all, is seen', async () => {
  const scenario = scenarioNamed('M-07');
  const seen = await play(scenario);
  expect(seen.audit?.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['approval-cancelled', 'run-cancelled', 'session-cleared']),
  );
  expect(seen.outcomes).toMatchObject([
    { kind: 'cancelled', done: ['classifyItem'] },
    { kind: 'answered' },
  ]);
  const [asked] = seen.approvals ?? [];
  if (asked === undefined) throw new RangeError('nobody was asked');
  expect(faults(scenario, { ...seen, approvals: [{ ...asked, status: 'consumed' }] })).toEqual([
    expect.stringContaining('decisions expected: issueRefund cancelled'),
  ]);
  const refund = { id: 're_1', chargeId: 'ch_H1', amountMinor: 6450, currency: 'USD' } as const;
  const paid = { ...refund, reason: '', reference: 'M-07/M-07/1/issueRefund#1', paidAt: '' };
  const world = { ...seen.world, refunds: [...seen.world.refunds, paid] };
  expect(faults(scenario, { ...seen, world })).toEqual([
    expect.stringContaining('refunds beyond those expected'),
  ]);
});
