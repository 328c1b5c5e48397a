import { beforeAll, expect, test } from 'vitest';
import type { Approval } from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { startWorldServer } from '../desk/world/world-server.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { checkApprovalsBound } from './approvals-bound.ts';
import type { Observation } from './observation.ts';

// A real history of H-01, in which ana approves a refund; then copies of it with one thing wrong in each.

let golden: Observation;
let approval: Approval;

beforeAll(async () => {
  const scenario = scenarioNamed('H-01');
  await using worldServer = await startWorldServer();
  golden = await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
  });
  const [first] = golden.approvals ?? [];
  if (first === undefined) throw new RangeError('nobody was asked');
  approval = first;
});

const found = (change: Partial<Observation>) => checkApprovalsBound({ ...golden, ...change });
const among = (...approvals: readonly Approval[]) => found({ approvals });

test('a refund that ana approved holds, and consumes her approval', () => {
  expect(approval).toMatchObject({ status: 'consumed', decidedBy: 'ana' });
  expect(checkApprovalsBound(golden)).toEqual([]);
});

test('I3: a refund above the limit that nobody was asked about is found', () => {
  expect(among()).toMatchObject([
    { invariant: 'I3', found: 'an approval that is never asked for' },
  ]);
});

test.for(['pending', 'approved', 'rejected', 'expired', 'cancelled'] as const)(
  'I3: a refund paid while its approval is %s is found',
  (status) => {
    expect(among({ ...approval, status })).toMatchObject([
      { invariant: 'I3', found: `an approval that is ${status}` },
    ]);
  },
);

test('I3: an approval of another call is none', () => {
  expect(among({ ...approval, approvalId: 'H-01/H-01/1/issueRefund#2' })).toHaveLength(1);
});

test('I3: other arguments than those approved are found, and edited ones are those approved', () => {
  const input = { chargeId: 'ch_H1', amountMinor: 6000, currency: 'USD', reason: 'less' };
  expect(among({ ...approval, arguments: input })).toMatchObject([
    { expected: expect.stringContaining('6000'), found: expect.stringContaining('6450') },
  ]);
  expect(among({ ...approval, arguments: input, editedArguments: approval.arguments })).toEqual([]);
});

test('I3: parts of one charge are summed; those below the limit need nobody', () => {
  const [refund] = golden.ledger.filter(({ kind }) => kind === 'refund');
  if (refund === undefined) throw new RangeError('nothing was paid');
  const part = (seq: number, amountMinor: number) => ({
    ...refund,
    seq,
    effectId: `re_${seq}`,
    arguments: {
      chargeId: 'ch_H1',
      amountMinor,
      currency: 'USD',
      reason: 'part',
      reference: `part ${seq}`,
    },
  });
  const world = { ...golden.world, refunds: [] };
  const parts = (...amounts: readonly number[]) =>
    found({ world, approvals: [], ledger: amounts.map((amount, index) => part(index, amount)) });
  expect(parts(2500, 2500)).toEqual([]);
  expect(parts(2500, 2501)).toMatchObject([{ expected: expect.stringMatching(/^25\.01 USD/) }]);
  const earlier = golden.world.refunds.map((each) => ({ ...each, id: 're_0', amountMinor: 4000 }));
  expect(
    found({
      world: { ...world, refunds: earlier },
      approvals: [],
      ledger: [part(1, 1001)],
    }),
  ).toHaveLength(1);
});

test('I3: who is asked again what was rejected is found; a no that is carried over is none', () => {
  const unpaid = { ledger: [], world: { ...golden.world, refunds: [] } };
  const no = { ...approval, status: 'rejected' as const };
  const again = { ...no, approvalId: 'again' };
  expect(found({ ...unpaid, approvals: [no, again] })).toEqual([]);
  expect(found({ ...unpaid, approvals: [no, { ...again, status: 'pending' }] })).toMatchObject([
    { found: 'again, pending' },
  ]);
  const input = { chargeId: 'ch_H1', amountMinor: 6450, currency: 'USD', reason: 'please' };
  const reworded = { ...again, status: 'consumed' as const, arguments: input };
  expect(found({ ...unpaid, approvals: [no, reworded] })).toMatchObject([
    { found: 'again, consumed' },
  ]);
  const less = { ...reworded, arguments: { ...input, amountMinor: 6000 } };
  expect(found({ ...unpaid, approvals: [no, less] })).toEqual([]);
  const later = { ...again, decidedAt: (no.decidedAt ?? 0) + 1 };
  expect(found({ ...unpaid, approvals: [no, later] })).toHaveLength(1);
  expect(found({ ...unpaid, approvals: [{ ...no, status: 'expired' }, later] })).toEqual([]);
});

test('I3: silence that is taken for a no is found', () => {
  const unpaid = { ledger: [], world: { ...golden.world, refunds: [] } };
  const late = { ...approval, status: 'rejected' as const, decidedAt: approval.expiresAt };
  expect(found({ ...unpaid, approvals: [late] })).toMatchObject([
    { found: `nobody decided by ${approval.expiresAt}` },
  ]);
});
