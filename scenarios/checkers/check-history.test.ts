import { beforeAll, expect, test } from 'vitest';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { startWorldServer } from '../desk/world/world-server.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { checkHistory } from './check-history.ts';
import { checkEffectsOnce } from './effects-once.ts';
import { checkEventLog } from './event-log.ts';
import { checkFinalState } from './final-state.ts';
import { checkModelCalls } from './model-calls.ts';
import type { Observation } from './observation.ts';
import { checkOneRun } from './one-run.ts';
import { checkRefundTotals } from './refund-totals.ts';
import { checkRunStates } from './run-states.ts';
import { checkSettled } from './settled.ts';
import { checkToolResults } from './tool-results.ts';

// A real history of R-01, and copies of it with one thing wrong in each.

let golden: Observation;

async function playAs(sessionId: string, card = 'R-01'): Promise<Observation> {
  const scenario = scenarioNamed(card);
  await using worldServer = await startWorldServer();
  return await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    sessionId,
  });
}

beforeAll(async () => {
  golden = await playAs('golden');
});

/** The item at `index`, which is there. */
function at<Item>(items: readonly Item[], index: number): Item {
  const item = items.at(index);
  if (item === undefined) throw new RangeError(`nothing at ${index}`);
  return item;
}

const invariants = (seen: Observation) =>
  new Set(checkHistory(golden, seen, { repeatable: [] }).map(({ invariant }) => invariant));

test('a history holds against itself and against the same session under another name', async () => {
  expect(checkHistory(golden, golden, { repeatable: [] })).toEqual([]);
  expect(checkHistory(golden, await playAs('other'), { repeatable: [] })).toEqual([]);
  expect([golden.events.length, golden.ledger.length, golden.modelCalls.length]).toEqual([
    21, 2, 5,
  ]);
});

test('I1: an effect that happens twice, or not at all, is found', () => {
  const { ledger } = golden;
  const again = { ...at(ledger, 0), seq: 3, key: null, effectId: 're_2' };
  expect(checkEffectsOnce(golden, { ledger: [...ledger, again] })).toMatchObject([
    { invariant: 'I1', found: '2 × refund of 49.00 USD on ch_A2' },
  ]);
  expect(checkEffectsOnce(golden, { ledger: ledger.slice(0, 1) })).toMatchObject([
    { found: "0 × mail 'Your duplicate charge has been refunded' to cus_1001" },
  ]);
});

test('I1: a repetition under its key is no second effect', () => {
  const repeated = { ...at(golden.ledger, 0), seq: 3, outcome: 'repeated' as const };
  expect(checkEffectsOnce(golden, { ledger: [...golden.ledger, repeated] })).toEqual([]);
});

test('I1: one effect under two keys breaks the key law, even if the second is refused', () => {
  const other = { ...at(golden.ledger, 0), seq: 3, key: 'fresh', outcome: 'refused' as const };
  expect(checkEffectsOnce(golden, { ledger: [...golden.ledger, other] })).toMatchObject([
    { invariant: 'I1', expected: 'one effect under one key' },
  ]);
});

test('I1: one key with two sets of arguments breaks the key law', () => {
  const { key } = at(golden.ledger, 0);
  const other = { ...at(golden.ledger, 1), seq: 3, key, outcome: 'refused' as const };
  expect(checkEffectsOnce(golden, { ledger: [...golden.ledger, other] })).toMatchObject([
    { expected: `key ${key} with one set of arguments` },
    { expected: 'one effect under one key' },
  ]);
});

test('I2: refunds in parts up to the charge are right, a minor unit more is found', () => {
  const refund = at(golden.world.refunds, 0);
  const parts = (...amounts: number[]) => ({
    world: {
      ...golden.world,
      refunds: amounts.map((amountMinor, index) => ({ ...refund, id: `re_${index}`, amountMinor })),
    },
  });
  expect(checkRefundTotals(parts(4000, 900))).toEqual([]);
  expect(checkRefundTotals(parts(4000, 901))).toMatchObject([
    { invariant: 'I2', found: '49.01 USD in 2 parts' },
  ]);
});

test('I2: a refund in another currency, or of no charge, is found', () => {
  const refund = at(golden.world.refunds, 0);
  const only = (change: Partial<typeof refund>) => ({
    world: { ...golden.world, refunds: [{ ...refund, ...change }] },
  });
  expect(checkRefundTotals(only({ currency: 'EUR' }))).toMatchObject([
    { expected: 're_1 in USD', found: '49.00 EUR' },
  ]);
  expect(checkRefundTotals(only({ chargeId: 'ch_X' }))).toMatchObject([
    { found: 'a refund of ch_X, which does not' },
  ]);
});

test('I4: the time of storage is no part of the history', () => {
  const events = golden.events.map((event) => ({ ...event, storedAt: event.storedAt + 5000 }));
  expect(checkEventLog(golden, { ...golden, events })).toEqual([]);
});

test('I4: an event told twice, one that is missing and one that changed are found', () => {
  const { events, deltas } = golden;
  const twice = [...events, { ...at(events, 0), seq: events.length + 1, ordinal: 2 }];
  expect(checkEventLog(golden, { events: twice, deltas })).toMatchObject([
    {
      invariant: 'I4',
      expected: 'nothing as event 22',
      found: 'message-received of receive-message',
    },
  ]);
  expect(checkEventLog(golden, { events: events.slice(0, -1), deltas })).toMatchObject([
    { expected: 'run-completed of end as event 21', found: 'nothing' },
  ]);
  const other = {
    ...at(events, -1),
    fact: { type: 'run-completed', agent: 'x', text: '' } as const,
  };
  expect(checkEventLog(golden, { events: [...events.slice(0, -1), other], deltas })).toMatchObject([
    { expected: 'run-completed of end', found: expect.stringContaining('fact.agent') },
  ]);
});

test('I4: a gap in the numbers is found', () => {
  const events = golden.events.map((event) => ({
    ...event,
    seq: event.seq + (event.seq > 3 ? 1 : 0),
  }));
  expect(checkEventLog({ ...golden, events }, { ...golden, events })).toMatchObject([
    { expected: 'event 4 next', found: 'event 5' },
  ]);
});

test('I4: a transition that no run makes is named, with those it might have made', async () => {
  const { events } = golden;
  expect(checkRunStates(events)).toEqual([]);
  const told = events.findIndex(({ fact }) => fact.type === 'tool-completed');
  const ended = [...events, { ...at(events, told), seq: 22 }];
  expect(checkRunStates(ended)).toEqual([
    {
      invariant: 'I4',
      expected: 'nothing more of golden/1, which is completed',
      found: 'tool-completed as event 22',
      message:
        'A run went where no run goes: golden/1 was completed and told tool-completed, event 22.',
    },
  ]);
  expect(checkRunStates(events.slice(1))).toContainEqual(
    expect.objectContaining({
      expected: 'message-received or run-steered or sub-agent-started of golden/1, which is new',
      found: 'run-started as event 2',
    }),
  );
  const asked = await playAs('asked', 'H-01');
  expect(checkRunStates(asked.events)).toEqual([]);
  const undecided = asked.events.filter(({ fact }) => fact.type !== 'approval-decided');
  expect(checkRunStates(undecided)[0]).toMatchObject({
    expected: 'approval-decided of asked/1, which is waiting',
  });
});

test.for(['S-01', 'S-03', 'S-11', 'T-04', 'D-08', 'D-08c', 'M-03'])(
  'I4: every run of %s goes the way that runs go',
  async (card) => {
    expect(checkRunStates((await playAs('other', card)).events)).toEqual([]);
  },
);

test('I4: text of a superseded attempt, lost text and text of no turn are found', () => {
  const { deltas, events } = golden;
  const residue = { ...at(deltas, 0), attempt: 0, text: 'I will' };
  expect(checkEventLog(golden, { events, deltas: [residue, ...deltas] })).toMatchObject([
    {
      expected: expect.stringMatching(/^model#1 streams/),
      found: expect.stringContaining('"I willI will'),
    },
  ]);
  expect(checkEventLog(golden, { events, deltas: deltas.slice(1) })).toHaveLength(1);
  const stray = { ...at(deltas, 0), step: 'model#9' };
  expect(checkEventLog(golden, { events, deltas: [...deltas, stray] })).toMatchObject([
    { expected: 'text of model turns only' },
  ]);
});

test('I5: another end of the world or of the records is found where it is', () => {
  const refunds = [{ ...at(golden.world.refunds, 0), amountMinor: 4800 }];
  expect(checkFinalState(golden, { ...golden, world: { ...golden.world, refunds } })).toMatchObject(
    [{ invariant: 'I5', expected: 'world.refunds[0].amountMinor: 4900', found: '4800' }],
  );
  expect(checkFinalState(golden, { ...golden, records: golden.records.slice(1) })).toHaveLength(1);
  expect(checkFinalState(golden, golden)).toEqual([]);
});

test('I6: a call without a result, and a result without a call, are found', () => {
  const { events } = golden;
  const without = (type: string) => ({ events: events.filter(({ fact }) => fact.type !== type) });
  expect(checkToolResults(golden)).toEqual([]);
  expect(checkToolResults(without('tool-completed'))).toHaveLength(6);
  expect(checkToolResults(without('tool-requested'))).toMatchObject(
    Array.from({ length: 6 }, () => ({ invariant: 'I6', found: '0 requests and 1 results' })),
  );
});

test('I7: only the call in flight may be made again, and once', () => {
  const call = at(golden.modelCalls, 1);
  const once = { modelCalls: [...golden.modelCalls, call] };
  const twice = { modelCalls: [...golden.modelCalls, call, call] };
  expect(checkModelCalls(golden, once, [call])).toEqual([]);
  expect(checkModelCalls(golden, golden, [call])).toEqual([]);
  expect(checkModelCalls(golden, once, [])).toMatchObject([{ invariant: 'I7', found: '2 calls' }]);
  expect(checkModelCalls(golden, twice, [call])).toMatchObject([{ found: '3 calls' }]);
  expect(checkModelCalls(golden, { modelCalls: [] }, [])).toHaveLength(5);
});

test('I8: a second run, a second beginning and a second mail are found', () => {
  const { events, world } = golden;
  const secondRun = events.map((event) => ({ ...event, runId: 'golden/2' }));
  expect(checkOneRun(golden)).toEqual([]);
  expect(checkOneRun({ ...golden, events: [...events, ...secondRun] })).toMatchObject([
    { invariant: 'I8', expected: '1 runs, one for each message', found: '2' },
  ]);
  expect(checkOneRun({ ...golden, events: [...events, at(events, 1)] })).toMatchObject([
    { expected: 'golden/1 has run-started once' },
  ]);
  const mails = [...world.mails, { ...at(world.mails, 0), id: 'mail_2' }];
  expect(checkOneRun({ ...golden, world: { ...world, mails } })).toMatchObject([
    { expected: 'one mail by golden/golden/1', found: '2' },
  ]);
});

test('I8: a steered message is answered by the run that read it, once; answered twice or lost is found', async () => {
  const { events, outcomes, world } = await playAs('steered', 'D-08');
  const seen = { events, outcomes, world };
  const [first, second] = ['steered/1', 'steered/2'];
  expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'steered']);
  expect(checkOneRun(seen)).toEqual([]);
  const without = (type: string) => events.filter(({ fact }) => fact.type !== type);
  expect(checkOneRun({ ...seen, events: without('message-steered') })).toMatchObject([
    { invariant: 'I8', expected: `${second} is read by ${first} only`, found: 'nobody read it' },
  ]);
  expect(checkOneRun({ ...seen, events: without('run-steered') })).toMatchObject([
    { expected: '2 runs, one for each message', found: '1' },
  ]);
  const reading = events.filter(({ fact }) => fact.type === 'message-steered');
  expect(checkOneRun({ ...seen, events: [...events, ...reading] })).toMatchObject([
    { expected: `${second} is read by ${first} only`, found: `${first}, ${first}` },
  ]);
  const answered = events
    .filter(({ runId }) => runId === first)
    .map((event) => ({ ...event, runId: second }))
    .filter(({ fact }) => fact.type !== 'message-steered');
  expect(checkOneRun({ ...seen, events: [...without('run-steered'), ...answered] })).toMatchObject([
    { expected: `${second} is read by nobody else`, found: `${first} read it` },
  ]);
  expect(checkOneRun({ ...seen, events: [...events, ...answered] })).toMatchObject([
    { expected: `${second} has message-received never, being steered` },
    { expected: `${second} has run-started never, being steered` },
    { expected: `${second} has an ending once`, found: '2 times' },
  ]);
});

test('I9: a steered message that comes to no end, or to an answer of its own, is found', async () => {
  const steered = await playAs('steered', 'D-08');
  const { outcomes } = steered;
  expect(checkSettled(steered, steered)).toEqual([]);
  expect(checkSettled(steered, { ...steered, outcomes: outcomes.slice(0, 1) })).toMatchObject([
    { invariant: 'I9', expected: 'message 2 steered', found: 'not settled' },
  ]);
  const both = [at(outcomes, 0), at(outcomes, 0)];
  expect(checkSettled(steered, { ...steered, outcomes: both })).toMatchObject([
    { expected: 'message 2 steered', found: 'answered' },
  ]);
});

test('I9: a run left pending, a failure and a message without an end are found', () => {
  const error = { code: 'TURN_LIMIT_REACHED', message: '' };
  const failed = { kind: 'failed', agent: 'billing', error } as const;
  expect(checkSettled(golden, golden)).toEqual([]);
  expect(checkSettled(golden, { ...golden, pendingRuns: ['golden/1'] })).toMatchObject([
    { invariant: 'I9', found: 'golden/1' },
  ]);
  expect(checkSettled(golden, { ...golden, outcomes: [failed] })).toMatchObject([
    { expected: 'message 1 answered', found: 'failed with TURN_LIMIT_REACHED' },
  ]);
  expect(checkSettled(golden, { ...golden, outcomes: [] })).toMatchObject([
    { found: 'not settled' },
  ]);
});

test('every checker takes part in the whole', () => {
  const { world, ledger } = golden;
  const paidTwice = {
    ...golden,
    world: { ...world, refunds: [...world.refunds, { ...at(world.refunds, 0), id: 're_2' }] },
    ledger: [...ledger, { ...at(ledger, 0), seq: 3 }],
  };
  expect(invariants(paidTwice)).toEqual(new Set(['I1', 'I2', 'I3', 'I5']));
  expect(invariants({ ...golden, events: [], modelCalls: [], outcomes: [] })).toEqual(
    new Set(['I4', 'I7', 'I9']),
  );
  expect(invariants({ ...golden, events: golden.events.slice(0, -2) })).toEqual(
    new Set(['I4', 'I8']),
  );
  expect(
    invariants({
      ...golden,
      events: golden.events.filter(({ fact }) => fact.type !== 'tool-completed'),
    }),
  ).toEqual(new Set(['I4', 'I6']));
});
