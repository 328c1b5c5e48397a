import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json, ToolOutcome } from '#harness';
import { memoryBacking, type Playbook, scriptedModel } from '#harness/testing';
import type { Observation } from '../checkers/observation.ts';
import type { HumanDecision } from '../scenario/define-scenario.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Charge, WorldSeed } from './world/business.ts';
import { larkspur } from './world/larkspur.ts';
import { startWorldServer, type WorldServer } from './world/world-server.ts';

// The desk under a model that asks for whatever a test says: what its tools then allow.

type Call = readonly [tool: string, input: Json];

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

/** Asks for the calls one turn after another, as billing or as triage, then stops. */
function askingFor(agent: 'triage' | 'billing', calls: readonly Call[]): Playbook {
  const handOver: Call = ['handoff', { to: 'billing', reason: 'test' }];
  const turns = agent === 'billing' ? [handOver, ...calls] : calls;
  return {
    name: 'asking',
    plays: [
      {
        name: 'ask',
        when: () => true,
        answer: ({ messages }) => {
          const asked = messages.filter(({ role }) => role === 'assistant').length;
          const [tool, input] = turns[asked] ?? [];
          return tool === undefined ? { text: 'Done.' } : { calls: [{ tool, input }] };
        },
      },
    ],
  };
}

async function ask(
  agent: 'triage' | 'billing',
  calls: readonly Call[],
  facts: {
    readonly customer?: string;
    readonly role?: string;
    readonly world?: WorldSeed;
    readonly human?: readonly HumanDecision[];
  } = {},
): Promise<{ readonly answers: readonly ToolOutcome[]; readonly seen: Observation }> {
  const { customer = 'cus_1001', role = 'customer', world = larkspur, human = [] } = facts;
  const scenario = scenarioNamed('R-01');
  const seen = await playScenario(
    {
      ...scenario,
      world,
      human,
      principal: { ...scenario.principal, id: customer, role },
    },
    { worldServer, backing: memoryBacking(), model: scriptedModel(askingFor(agent, calls)) },
  );
  const answers = seen.events.flatMap(({ fact }): ToolOutcome[] => {
    if (fact.type === 'tool-completed') return [{ kind: 'completed', output: fact.output }];
    return fact.type === 'tool-failed' ? [{ kind: 'failed', error: fact.error }] : [];
  });
  return { answers: answers.slice(agent === 'billing' ? 1 : 0), seen };
}

const codes = (answers: readonly ToolOutcome[]) =>
  answers.map((answer) => (answer.kind === 'failed' ? answer.error.code : 'completed'));

const refund = (change: { readonly [name: string]: Json } = {}): Call => [
  'issueRefund',
  { chargeId: 'ch_A2', amountMinor: 4900, currency: 'USD', reason: 'test', ...change },
];

test('triage cannot refund, whatever the model asks for', async () => {
  const { answers, seen } = await ask('triage', [refund()]);
  expect(codes(answers)).toEqual(['TOOL_CALL_INVALID']);
  expect(seen.ledger).toEqual([]);
});

test('a customer lists their own charges, oldest first, with what was refunded of each', async () => {
  const { answers } = await ask('billing', [refund(), ['getCharges', {}]]);
  expect(answers[1]).toMatchObject({
    output: {
      charges: [
        { chargeId: 'ch_A3', amount: '15.00 USD', refundedMinor: 0 },
        { chargeId: 'ch_A1', refundedMinor: 0 },
        { chargeId: 'ch_A2', refundedMinor: 4900 },
      ],
    },
  });
});

test("another customer's charge is not there", async () => {
  const { answers, seen } = await ask('billing', [
    refund({ chargeId: 'ch_N2', amountMinor: 1999 }),
  ]);
  expect(codes(answers)).toEqual(['CHARGE_NOT_FOUND']);
  expect(seen.ledger).toEqual([]);
});

test('absurd amounts are refused before anything is sent, and the right one goes through', async () => {
  const { answers, seen } = await ask('billing', [
    refund({ amountMinor: -4900 }),
    refund({ amountMinor: 49.5 }),
    refund({ amountMinor: 490_000 }),
    refund({ currency: 'EUR' }),
    refund(),
  ]);
  expect(codes(answers)).toEqual([
    'TOOL_CALL_INVALID',
    'TOOL_CALL_INVALID',
    'REFUND_EXCEEDS_CHARGE',
    'CURRENCY_MISMATCH',
    'completed',
  ]);
  expect(seen.ledger.map(({ outcome, effectId }) => [outcome, effectId])).toEqual([
    ['accepted', 're_1'],
  ]);
});

test('a model that asks for the same refund twice is paid once', async () => {
  const { answers, seen } = await ask('billing', [refund(), refund()]);
  expect(codes(answers)).toEqual(['completed', 'REFUND_EXCEEDS_CHARGE']);
  expect(seen.world.refunds).toHaveLength(1);
});

test('what a colleague has refunded before is no longer there to refund', async () => {
  const before = {
    id: 're_1',
    chargeId: 'ch_A2',
    amountMinor: 4900,
    currency: 'USD' as const,
    reason: 'by phone',
    reference: 'phone',
    paidAt: '2026-06-14T09:00:00Z',
  };
  const { answers } = await ask('billing', [refund()], {
    world: { ...larkspur, refunds: [before] },
  });
  expect(codes(answers)).toEqual(['REFUND_EXCEEDS_CHARGE']);
});

const decision: HumanDecision = {
  by: { id: 'ana', role: 'billing_agent', tenant: 'larkspur' },
  tool: 'issueRefund',
  verdict: 'approve',
  reason: 'test',
  afterMs: 0,
};

test('above the limit a person decides, and without their yes nothing is paid', async () => {
  const dear: Charge[] = larkspur.charges.map((charge) =>
    charge.invoiceId === 'inv_A6' ? { ...charge, amountMinor: 5001 } : charge,
  );
  const { answers, seen } = await ask('billing', [refund({ amountMinor: 5001 })], {
    world: { ...larkspur, charges: dear },
    human: [{ ...decision, verdict: 'reject' }],
  });
  expect(codes(answers)).toEqual(['APPROVAL_REJECTED']);
  expect(seen.ledger).toEqual([]);
});

test('nobody is asked about what the policy refuses anyway', async () => {
  const { answers, seen } = await ask('billing', [
    refund({ amountMinor: 490_000 }),
    refund({ chargeId: 'ch_H1', amountMinor: 6450 }),
  ]);
  expect(codes(answers)).toEqual(['REFUND_EXCEEDS_CHARGE', 'CHARGE_NOT_FOUND']);
  expect(seen.approvals).toEqual([]);
});

test('parts of one charge are summed: what takes it above the limit waits for a person', async () => {
  const { answers, seen } = await ask(
    'billing',
    [
      refund({ chargeId: 'ch_H1', amountMinor: 5000 }),
      refund({ chargeId: 'ch_H1', amountMinor: 1450 }),
    ],
    { customer: 'cus_1008', human: [decision] },
  );
  expect(codes(answers)).toEqual(['completed', 'completed']);
  expect(seen.approvals).toMatchObject([
    { arguments: { amountMinor: 1450 }, status: 'consumed', decidedBy: 'ana' },
  ]);
});

const wholeCharge = refund({ chargeId: 'ch_H1', amountMinor: 6450 });

test('what a person edits is what is paid', async () => {
  const editedArguments = {
    chargeId: 'ch_H1',
    amountMinor: 6000,
    currency: 'USD',
    reason: 'without the gift wrap',
  };
  const { seen } = await ask('billing', [wholeCharge], {
    customer: 'cus_1008',
    human: [{ ...decision, editedArguments }],
  });
  expect(seen.world.refunds.map(({ amountMinor }) => amountMinor)).toEqual([6000]);
});

const claim: Call = ['fileCarrierClaim', { orderId: 'ord_8001', reason: 'lost' }];

test('a lost parcel is claimed once, however often the model asks', async () => {
  const { answers, seen } = await ask('billing', [claim, claim], {
    customer: 'cus_1008',
  });
  expect(codes(answers)).toEqual(['completed', 'CLAIM_EXISTS']);
  expect(seen.ledger.map(({ kind, key }) => [kind, key])).toEqual([['claim', null]]);
});

test("another customer's order is not there, and a parcel on its way is not claimed", async () => {
  const look: Call = ['getOrder', { chargeId: 'ch_H1' }];
  expect(codes((await ask('billing', [look, claim])).answers)).toEqual([
    'ORDER_NOT_FOUND',
    'ORDER_NOT_FOUND',
  ]);
  const orders = larkspur.orders.map((order) => ({ ...order, parcel: 'in-transit' as const }));
  const { answers } = await ask('billing', [claim, wholeCharge], {
    customer: 'cus_1008',
    world: { ...larkspur, orders },
  });
  expect(codes(answers)).toEqual(['PARCEL_NOT_LOST', 'NO_GROUND_FOR_REFUND']);
});

test('an authorisation that has not settled is not refunded', async () => {
  const { answers } = await ask('billing', [refund({ chargeId: 'ch_P2', amountMinor: 12_000 })], {
    customer: 'cus_1016',
  });
  expect(codes(answers)).toEqual(['CHARGE_NOT_SETTLED']);
});

test('a reply needs a draft, carries the last one and is sent once', async () => {
  const { answers, seen } = await ask('triage', [
    ['sendReply', {}],
    ['draftReply', { subject: 'First', body: 'one' }],
    ['draftReply', { subject: 'Second', body: 'two' }],
    ['sendReply', {}],
    ['sendReply', {}],
  ]);
  expect(codes(answers)).toEqual([
    'NO_DRAFT',
    'completed',
    'completed',
    'completed',
    'ALREADY_SENT',
  ]);
  expect(seen.world.mails.map(({ subject, body }) => [subject, body])).toEqual([['Second', 'two']]);
});

test('each request of a message is filed by itself', async () => {
  const { seen } = await ask('triage', [
    ['classifyItem', { category: 'billing', summary: 'a charge' }],
    ['classifyItem', { category: 'technical', summary: 'an export' }],
  ]);
  expect(seen.records).toEqual([
    {
      collection: 'classifications',
      key: 'R-01/R-01/1/classifyItem#1',
      value: { category: 'billing', summary: 'a charge' },
    },
    {
      collection: 'classifications',
      key: 'R-01/R-01/1/classifyItem#2',
      value: { category: 'technical', summary: 'an export' },
    },
  ]);
});

test('who is not a customer has no charges and no mailbox', async () => {
  const { answers } = await ask(
    'triage',
    [
      ['getCharges', {}],
      ['sendReply', {}],
    ],
    { role: 'agent' },
  );
  expect(codes(answers)).toEqual(['NOT_A_CUSTOMER', 'NOT_A_CUSTOMER']);
});
