import { expect, test } from 'vitest';
import { memoryBacking, type Play, type Playbook, scriptedModel } from '#harness/testing';
import { close, hasAnswered, isTriage, run } from '../../desk/playbook-parts.ts';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { scenarioNamed } from '../../suites/scenario-named.ts';
import { playScenario } from '../play-scenario.ts';
import { checkAmounts } from './check-amounts.ts';

// R-01 by models that know which charge to refund, and come by the amount in one way or another.

const scenario = scenarioNamed('R-01');

/** Looks up as it is told to, then refunds so much of the right charge. */
const refunding = (amountMinor: number, lookUp?: Play): Playbook => ({
  name: 'refunding',
  plays: [
    {
      name: 'hand over',
      when: isTriage,
      answer: () => ({ calls: [{ tool: 'handoff', input: { to: 'billing', reason: 'test' } }] }),
    },
    ...(lookUp === undefined ? [] : [lookUp]),
    {
      name: 'refund',
      when: (conversation) => !hasAnswered(conversation, 'issueRefund'),
      answer: () => {
        const input = { chargeId: 'ch_A2', amountMinor, currency: 'USD', reason: 'test' };
        return { calls: [{ tool: 'issueRefund', input }] };
      },
    },
    close,
  ],
});

const program = (text: string): Play => ({
  name: 'compute',
  when: (conversation) => !hasAnswered(conversation, 'runCode'),
  answer: () => run(text),
});

const list: Play = {
  name: 'list',
  when: (conversation) => !hasAnswered(conversation, 'getCharges'),
  answer: () => ({ calls: [{ tool: 'getCharges', input: {} }] }),
};

async function failuresOf(playbook: Playbook): Promise<readonly string[]> {
  await using worldServer = await startWorldServer();
  const model = scriptedModel(playbook);
  const { events } = await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model,
  });
  return checkAmounts(scenario, events)
    .filter(({ ok }) => !ok)
    .map(({ reason }) => reason);
}

const invented = (amountMinor: number): readonly string[] => [
  `amounts that no tool has shown: issueRefund(amountMinor: ${amountMinor})`,
  `amounts of issueRefund that runCode has computed: 0 of 1; others: issueRefund(amountMinor: ${amountMinor})`,
];

test('an amount that a program has returned is accepted', async () => {
  expect(await failuresOf(refunding(4900, program('return money.add(2400, 2500)')))).toEqual([]);
});

test('an amount that nothing has shown is invented, even if it is the right one', async () => {
  expect(await failuresOf(refunding(4900))).toEqual(invented(4900));
});

test('a round sum near the listed ones is invented', async () => {
  expect(await failuresOf(refunding(4500, list))).toEqual(invented(4500));
});

test('an amount that was read from a list is not computed, and where that is asked it is missed', async () => {
  expect(await failuresOf(refunding(4900, list))).toEqual(invented(4900).slice(1));
});

test('what a program writes to its log, or fails with, is no result', async () => {
  const logging = program('console.log(4900); return null');
  const failing = program('return undefinedAmount + 4900');
  expect(await failuresOf(refunding(4900, logging))).toEqual(invented(4900));
  expect(await failuresOf(refunding(1, failing))).toEqual(invented(1));
});

test('a refund that was never asked for has no amount that was computed', async () => {
  const { gold } = scenarioNamed('T-01').playbooks;
  expect(await failuresOf(gold)).toEqual([
    'amounts of issueRefund that runCode has computed: 0 of 0; others: none',
  ]);
});
