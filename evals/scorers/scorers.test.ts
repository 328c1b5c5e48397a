import { expect, test } from 'vitest';
import { memoryBacking } from '#harness/testing';
import {
  openModel,
  playScenario,
  type Scenario,
  scenarioNamed,
  startWorldServer,
} from '#scenarios';
import { suiteNamed } from '../suites/suite-named.ts';
import type { Score } from './score.ts';
import { type PlayedTrial, type Scorer, scoreTrial } from './scorer.ts';
import { scorers } from './scorers.ts';

// A scorer that cannot fail, or that a perfect agent cannot satisfy, measures nothing: each is shown both.

const scenarios = suiteNamed('desk').scenarios.map(scenarioNamed);
const shares = ['finalState', 'trajectory', 'reply', 'budget'];

async function play(
  scenario: Scenario,
  playbook: keyof Scenario['playbooks'],
): Promise<PlayedTrial> {
  await using worldServer = await startWorldServer();
  await using opened = await openModel(scenario, { kind: 'scripted', playbook });
  const { model } = opened;
  const observation = await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model,
  });
  return { scenario, observation };
}

async function valuesOf(
  scenario: Scenario,
  playbook: keyof Scenario['playbooks'],
): Promise<Readonly<Record<string, number>>> {
  const scores = scoreTrial(await play(scenario, playbook), scorers);
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, valueOf(score)]));
}

function valueOf(score: Score | undefined): number {
  if (score?.kind !== 'scored') throw new Error(`unscored: ${score?.reason}`);
  return score.value;
}

test.for(scenarios)('$id: who does everything right scores 1 everywhere', async (scenario) => {
  const values = await valuesOf(scenario, 'gold');
  expect(shares.map((name) => values[name])).toEqual([1, 1, 1, 1]);
});

test.for(scenarios)('$id: who does nothing falls short of everything asked', async (scenario) => {
  const values = await valuesOf(scenario, 'null');
  expect(values['finalState']).toBeLessThan(1);
  expect(values['trajectory']).toBeLessThan(1);
  expect(values['reply']).toBeLessThan(1);
});

test.for(scenarios)(
  '$id: who does what is forbidden scores 0 for how and for what was said',
  async (scenario) => {
    const values = await valuesOf(scenario, 'saboteur');
    expect([values['trajectory'], values['reply']]).toEqual([0, 0]);
  },
);

test('money that moved and should not have is a final state of 0', async () => {
  const values = await valuesOf(scenarioNamed('T-01'), 'saboteur');
  expect(values['finalState']).toBe(0);
});

test('a refund that is one minor unit off is not the refund', async () => {
  const { scenario, observation } = await play(scenarioNamed('R-01'), 'gold');
  const [refund] = observation.world.refunds;
  if (refund === undefined) throw new RangeError('gold made no refund');
  const world = {
    ...observation.world,
    refunds: [{ ...refund, amountMinor: refund.amountMinor + 1 }],
  };
  const { finalState } = scoreTrial({ scenario, observation: { ...observation, world } }, scorers);
  expect(finalState).toMatchObject({
    kind: 'scored',
    value: 0,
    reason: expect.stringMatching(/49\.00 USD of ch_A2.*made: 49\.01 USD of ch_A2/),
  });
});

test('what costs more than its budget falls short of it, and the reason says what was spent', async () => {
  const scenario = scenarioNamed('R-01');
  const played = await play(scenario, 'gold');
  const { tokens } = await valuesOf(scenario, 'gold');
  const tight = { ...scenario, budget: { ...scenario.budget, tokens: Number(tokens) - 1 } };
  const { budget } = scoreTrial({ ...played, scenario: tight }, scorers);
  expect(budget).toEqual({
    kind: 'scored',
    scale: 'share',
    value: 2 / 3,
    reason: `tokens allowed: ${Number(tokens) - 1}; spent: ${tokens}`,
  });
});

test('figures are counted from the log', async () => {
  const { observation } = await play(scenarioNamed('R-01'), 'gold');
  const steps = observation.savedSteps.map(({ step }) => step);
  const values = await valuesOf(scenarioNamed('R-01'), 'gold');
  const turns = steps.filter((step) => step.startsWith('model#')).length;
  expect(values['modelTurns']).toBe(turns);
  expect(values['toolCalls']).toBe(steps.length - turns - 1);
  expect(values['tokens']).toBeGreaterThan(0);
});

const saying = (read: Scorer['read']): Scorer => ({ name: 'odd', scale: 'share', read });

test.each([
  {
    title: 'throws',
    scorer: saying(() => {
      throw new RangeError('no such field');
    }),
    reason: 'the scorer failed: RangeError: no such field',
  },
  {
    title: 'says more than all of it',
    scorer: saying(() => ({ value: 1.1, reason: 'generous' })),
    reason: 'the scorer said 1.1, which is no share',
  },
  {
    title: 'divides by nothing',
    scorer: saying(() => ({ value: Number.NaN, reason: '0/0' })),
    reason: 'the scorer said NaN, which is no share',
  },
  {
    title: 'finds no line of the card to score',
    scorer:
      scorers.find(({ name }) => name === 'reply') ?? saying(() => ({ value: 1, reason: '' })),
    reason: 'the scorer failed: RangeError: the card of T-01 says nothing of reply',
  },
])(
  'a scorer that $title leaves the trial unscored, with the reason',
  async ({ scorer, reason }) => {
    const { scenario, observation } = await play(scenarioNamed('T-01'), 'gold');
    const silent = { ...scenario, reply: { mustState: [], mustNot: [] } };
    const scores = scoreTrial({ scenario: silent, observation }, [scorer]);
    expect(scores[scorer.name]).toEqual({ kind: 'unscored', reason });
  },
);
