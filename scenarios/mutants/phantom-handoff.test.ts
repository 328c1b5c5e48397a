import { expect, test } from 'vitest';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { Observation } from '../checkers/observation.ts';
import { startWorldServer } from '../desk/world/world-server.ts';
import { checkCard } from '../scenario/card/check-card.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { mutantNamed } from './mutant-named.ts';

// That the history of the session shows it too is shown in trials/try-mutants.test.ts.

const scenario = scenarioNamed('T-10');

async function play(mutant?: string): Promise<Observation> {
  await using worldServer = await startWorldServer();
  return await playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    ...(mutant === undefined ? {} : { mutant: mutantNamed(mutant) }),
  });
}

test('CD-15: a model that is told of a switch tells the customer, nobody has the case, and the card says both', async () => {
  const failed = checkCard(scenario, await play('CD-15')).filter(({ ok }) => !ok);
  expect(failed.map(({ aspect, kind }) => `${aspect}, ${kind}`)).toEqual(
    expect.arrayContaining(['final-state, required', 'reply, forbidden']),
  );
});

test('without the defect the same model is told of the error, and the card is met', async () => {
  expect(checkCard(scenario, await play()).filter(({ ok }) => !ok)).toEqual([]);
});
