import { beforeAll, expect, test } from 'vitest';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { Observation } from '../../checkers/observation.ts';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { scenarioNamed } from '../../suites/scenario-named.ts';
import { defineScenario, type Scenario } from '../define-scenario.ts';
import { playScenario } from '../play-scenario.ts';
import { checkCard } from './check-card.ts';

// One good play of R-01, held against its card; then a card or a play with one thing wrong in each.

const scenario = scenarioNamed('R-01');
let seen: Observation;

beforeAll(async () => {
  await using worldServer = await startWorldServer();
  seen = await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
  });
});

const failures = (card: Partial<Scenario>, change: Partial<Observation> = {}) =>
  checkCard({ ...scenario, ...card }, { ...seen, ...change })
    .filter(({ ok }) => !ok)
    .map(({ aspect, kind, reason }) => `${aspect}, ${kind}: ${reason}`);

const world = (change: Partial<Observation['world']>) => ({ world: { ...seen.world, ...change } });

test('the good play meets the card, line by line, each with its reason', () => {
  expect(failures({})).toEqual([]);
  expect(checkCard(scenario, seen).map(({ aspect, kind }) => `${aspect}, ${kind}`)).toEqual([
    'final-state, required',
    'final-state, forbidden',
    'final-state, required',
    'final-state, forbidden',
    'final-state, required',
    'trajectory, required',
    'trajectory, required',
    'trajectory, required',
    'trajectory, forbidden',
    'trajectory, forbidden',
    'trajectory, required',
    'reply, required',
    'reply, required',
    'reply, forbidden',
    'budget, required',
    'budget, required',
    'budget, required',
  ]);
});

test('a refund that was not made is missed', () => {
  expect(failures({}, world({ refunds: [] }))).toEqual([
    'final-state, required: refunds expected: 49.00 USD of ch_A2; made: none',
  ]);
});

test('a refund made twice, or of something else, is more than was expected', () => {
  const [refund] = seen.world.refunds;
  const twice = refund === undefined ? [] : [refund, { ...refund, id: 're_2' }];
  expect(failures({}, world({ refunds: twice }))).toEqual([
    'final-state, forbidden: refunds beyond those expected (49.00 USD of ch_A2); ' +
      'made: 49.00 USD of ch_A2, 49.00 USD of ch_A2',
  ]);
  expect(failures({ final: { refunds: [], replies: 1 } })).toHaveLength(1);
});

test('a mail too many or too few is seen', () => {
  expect(failures({ final: { ...scenario.final, replies: 2 } })).toEqual([
    'final-state, required: mails to the customer expected: 2; sent: 1',
  ]);
});

test('a change to anything else in the world is seen', () => {
  const [first, ...rest] = seen.world.charges;
  const charges = first === undefined ? [] : [{ ...first, description: 'edited' }, ...rest];
  expect(failures({}, world({ charges }))).toEqual([
    'final-state, forbidden: everything else in the world stays as it was',
  ]);
});

const claims = [
  {
    id: 'claim_1',
    orderId: 'ord_8001',
    reason: 'x',
    reference: 'x',
    filedAt: '2026-06-15T10:00:00Z',
  },
];

test('a claim that nobody expects, one too many and one that is missing are seen', () => {
  const expected = { final: { ...scenario.final, claims: ['ord_8001'] } };
  expect(failures({}, world({ claims }))).toEqual([
    'final-state, forbidden: no more than that; claims expected: none; made: ord_8001',
  ]);
  expect(failures(expected, world({ claims }))).toEqual([]);
  const twice = claims.flatMap((each) => [each, { ...each, id: 'claim_2' }]);
  expect(failures(expected, world({ claims: twice }))).toHaveLength(1);
  expect(failures(expected)).toEqual([
    'final-state, required: claims expected: ord_8001; made: none',
  ]);
});

test('a decision that was expected and not taken is seen, and one that was not expected', () => {
  const approved = { tool: 'issueRefund', verdict: 'approved', decidedBy: 'ana' } as const;
  expect(failures({ final: { ...scenario.final, approvals: [approved] } })).toEqual([
    'final-state, required: decisions expected: issueRefund approved by ana; taken: none',
  ]);
  const [first, ...rest] = seen.events;
  if (first === undefined) throw new RangeError('nothing happened');
  const fact = {
    ...approved,
    type: 'approval-decided',
    question: 'issueRefund#1',
    callId: 'call',
    input: {},
  } as const;
  expect(failures({}, { events: [first, { ...first, fact }, ...rest] })).toEqual([
    'final-state, required: decisions expected: none; taken: issueRefund approved by ana',
  ]);
});

test('a message without an answer is seen', () => {
  const error = { code: 'X', message: 'x' };
  const outcomes = [{ kind: 'failed', agent: 'billing', error }] as const;
  expect(failures({}, { outcomes })).toEqual([
    'final-state, required: messages answered: 0 of 1; the others expected: none; found: X',
  ]);
  expect(failures({}, { outcomes: [] })).toHaveLength(1);
});

test('another route is seen', () => {
  expect(failures({ route: ['triage'] })).toEqual([
    'trajectory, required: route expected: triage; taken: triage → billing',
  ]);
});

test('a required call counts only with its arguments', () => {
  const required = [{ tool: 'classifyItem', input: { category: 'sales' } }];
  expect(failures({ calls: { ...scenario.calls, required } })).toEqual([
    'trajectory, required: call required: classifyItem(category: "sales"); ' +
      'completed: classifyItem, handoff, runCode, issueRefund, draftReply, sendReply',
  ]);
});

test('a call that was refused is no call that was made', () => {
  const events = seen.events.map((event) =>
    event.fact.type === 'tool-completed' && event.fact.tool === 'classifyItem'
      ? {
          ...event,
          fact: { ...event.fact, type: 'tool-failed', error: { code: 'X', message: '' } } as const,
        }
      : event,
  );
  expect(failures({}, { events })).toHaveLength(1);
});

test('calls in another order are seen', () => {
  const ordered = [{ tool: 'sendReply' }, { tool: 'issueRefund' }];
  expect(failures({ calls: { ...scenario.calls, ordered } })).toHaveLength(1);
  const twice = [{ tool: 'issueRefund' }, { tool: 'issueRefund' }];
  expect(failures({ calls: { ...scenario.calls, ordered: twice } })).toHaveLength(1);
});

const forbid = (pattern: Scenario['calls']['forbidden'][number]) =>
  failures({ calls: { ...scenario.calls, forbidden: [pattern] } });

test('a forbidden call is seen, also one forbidden by its arguments', () => {
  expect(forbid({ tool: 'handoff' })).toEqual([
    'trajectory, forbidden: call forbidden: handoff; asked for: 1 times',
  ]);
  expect(forbid({ tool: 'issueRefund', inputOtherThan: { amountMinor: 4800 } })).toHaveLength(1);
  expect(forbid({ tool: 'issueRefund', inputOtherThan: { amountMinor: 4900 } })).toEqual([]);
});

test('what the mail does not say, and what it must not say, is seen', () => {
  const mails = seen.world.mails.map((mail) => ({ ...mail, body: 'We refunded 98.00 USD.' }));
  expect(failures({}, world({ mails }))).toEqual([
    expect.stringMatching(/^reply, required: the reply must state .*49/),
    expect.stringMatching(/^reply, forbidden: the reply must not state .*it says: .*98\.00 USD/),
  ]);
});

test.for(['modelTurns', 'toolCalls', 'tokens'] as const)(
  '%s beyond the budget are seen',
  (name) => {
    expect(failures({ budget: { ...scenario.budget, [name]: 1 } })).toEqual([
      expect.stringContaining(`budget, required: ${name} allowed: 1; spent: `),
    ]);
  },
);

test('a card that does not hold together is refused with everything that is wrong', () => {
  expect(() =>
    defineScenario({
      ...scenario,
      id: 'refund',
      messages: [],
      principal: { ...scenario.principal, id: 'cus_9' },
      final: {
        refunds: [{ chargeId: 'ch_X', amountMinor: 1, currency: 'USD' }],
        claims: ['ord_X'],
        replies: 1,
      },
      calls: { ...scenario.calls, forbidden: [] },
      reply: { mustState: [], mustNot: [] },
    }),
  ).toThrow(
    'The card of refund does not hold together: its id is not of the form R-01; nobody says anything; ' +
      'cus_9 is no customer of its world; its world has no charge ch_X to refund; ' +
      'its world has no order ord_X to claim; it forbids nothing; ' +
      'its reply need not say anything.',
  );
});
