import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, type Json, systemHost } from '#harness';
import { memoryBacking, type Playbook, scriptedModel } from '#harness/testing';
import { checkApprovalsBound } from '../checkers/approvals-bound.ts';
import type { Observation } from '../checkers/observation.ts';
import { checkRefundTotals } from '../checkers/refund-totals.ts';
import { larkspur } from '../desk/world/larkspur.ts';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import type { HumanDecision, Scenario } from '../scenario/define-scenario.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { mutantNamed } from './mutant-named.ts';

// Each defect in a session that touches it: with it the checks find it, without it they find nothing.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const refund = (change: { readonly [name: string]: Json } = {}): Json => ({
  chargeId: 'ch_H1',
  amountMinor: 6450,
  currency: 'USD',
  reason: 'lost',
  ...change,
});

/** Billing asks for one refund after another. */
const askingFor = (refunds: readonly Json[]): Playbook => ({
  name: 'asking',
  plays: [
    {
      name: 'ask',
      when: () => true,
      answer: ({ messages }) => {
        const asked = messages.filter(({ role }) => role === 'assistant').length;
        if (asked === 0) {
          return { calls: [{ tool: 'handoff', input: { to: 'billing', reason: 'test' } }] };
        }
        const input = refunds[asked - 1];
        return input === undefined
          ? { text: 'Done.' }
          : { calls: [{ tool: 'issueRefund', input }] };
      },
    },
  ],
});

const scenario = scenarioNamed('H-01');

function play(
  refunds: readonly Json[],
  card: Partial<Scenario>,
  options: { readonly mutant?: string; readonly host?: Host },
): Promise<Observation> {
  const { mutant, host } = options;
  return playScenario(
    { ...scenario, ...card },
    {
      worldServer,
      backing: memoryBacking(host),
      model: scriptedModel(askingFor(refunds)),
      ...(host === undefined ? {} : { host }),
      ...(mutant === undefined ? {} : { mutant: mutantNamed(mutant) }),
    },
  );
}

const paid = ({ world }: Observation) => world.refunds.map(({ chargeId }) => chargeId);

const decision = (change: Partial<HumanDecision> = {}): HumanDecision => ({
  by: { id: 'ana', role: 'billing_agent', tenant: 'larkspur' },
  tool: 'issueRefund',
  verdict: 'approve',
  reason: 'test',
  afterMs: 0,
  ...change,
});

const twoParcels = {
  ...larkspur,
  charges: larkspur.charges.flatMap((each) =>
    each.id === 'ch_H1' ? [each, { ...each, id: 'ch_H2', invoiceId: 'inv_H2' }] : [each],
  ),
  orders: larkspur.orders.flatMap((each) => [each, { ...each, id: 'ord_8002', chargeId: 'ch_H2' }]),
};

test('CD-2: a yes given twice pays a second refund that nobody approved', async () => {
  const refunds = [refund(), refund({ chargeId: 'ch_H2' })];
  const human = [decision({ clicks: 2 }), decision({ verdict: 'reject' })];
  const right = await play(refunds, { world: twoParcels, human }, {});
  expect(paid(right)).toEqual(['ch_H1']);
  expect(checkApprovalsBound(right)).toEqual([]);
  const wrong = await play(refunds, { world: twoParcels, human }, { mutant: 'CD-2' });
  expect(paid(wrong)).toEqual(['ch_H1', 'ch_H2']);
  expect(checkApprovalsBound(wrong)).toMatchObject([
    { invariant: 'I3', expected: expect.stringMatching(/^64\.50 USD of ch_H2 by/) },
  ]);
});

test('CD-13: too much is paid, somebody else’s charge is, and nobody is asked', async () => {
  const refunds = [
    refund({ amountMinor: 490_000 }),
    refund({ chargeId: 'ch_N2', amountMinor: 1999 }),
  ];
  const right = await play(refunds, { human: [] }, {});
  expect(paid(right)).toEqual([]);
  const wrong = await play(refunds, { human: [] }, { mutant: 'CD-13' });
  expect(paid(wrong)).toEqual(['ch_H1', 'ch_N2']);
  expect(checkRefundTotals(wrong)).toMatchObject([{ invariant: 'I2' }]);
  expect(checkApprovalsBound(wrong)).toMatchObject([
    { invariant: 'I3', found: 'an approval that is never asked for' },
  ]);
});

test('CD-16: a model that insists gets what a person had rejected', async () => {
  const refunds = [refund(), refund()];
  const human = [decision({ verdict: 'reject' }), decision()];
  const right = await play(refunds, { human }, {});
  expect(paid(right)).toEqual([]);
  expect(right.approvals?.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(checkApprovalsBound(right)).toEqual([]);
  const wrong = await play(refunds, { human }, { mutant: 'CD-16' });
  expect(paid(wrong)).toEqual(['ch_H1']);
  expect(checkApprovalsBound(wrong)).toMatchObject([
    { invariant: 'I3', expected: expect.stringMatching(/^nobody asked again what was rejected/) },
  ]);
});

/** By this clock whoever waits waits an hour. */
function hourlyHost(): Host {
  const host = systemHost();
  let now = 0;
  const sleep = async (): Promise<void> => {
    now += 60 * 60 * 1000;
    await nextTurn();
  };
  return { ...host, clock: { ...host.clock, now: () => now, sleep } };
}

test('CD-17: nobody’s answer stands as a no, and what could be asked again cannot', async () => {
  const refunds = [refund(), refund()];
  const human = [decision({ afterMs: 100 * 60 * 60 * 1000 }), decision()];
  const right = await play(refunds, { human }, { host: hourlyHost() });
  expect(right.approvals?.map(({ status }) => status)).toEqual(['expired', 'consumed']);
  expect(paid(right)).toEqual(['ch_H1']);
  expect(checkApprovalsBound(right)).toEqual([]);
  const wrong = await play(refunds, { human }, { host: hourlyHost(), mutant: 'CD-17' });
  expect(paid(wrong)).toEqual([]);
  expect(checkApprovalsBound(wrong)).toMatchObject([
    { invariant: 'I3', found: expect.stringMatching(/^nobody decided by/) },
  ]);
});

test('CD-12: one refusal of a tool ends the run, where the model would have gone on', async () => {
  const refunds = [refund({ chargeId: 'ch_N2' }), refund({ amountMinor: 100 })];
  const right = await play(refunds, { human: [] }, {});
  expect(right.outcomes).toMatchObject([{ kind: 'answered' }]);
  expect(paid(right)).toEqual(['ch_H1']);
  await expect(play(refunds, { human: [] }, { mutant: 'CD-12' })).rejects.toThrow(
    /CHARGE_NOT_FOUND/,
  );
});
