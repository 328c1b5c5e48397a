import { expect, test } from 'vitest';
import { scenarioNamed } from '#scenarios';
import { suiteNamed } from '../suites/suite-named.ts';
import { confuseRoutes } from './route-confusion.ts';

test('the words of the triage suite go where the cards say, but for the one who is angry about an export', () => {
  expect(confuseRoutes(suiteNamed('triage').scenarios.map(scenarioNamed))).toEqual({
    agents: ['triage', 'billing'],
    counts: { triage: { triage: 7, billing: 1 }, billing: { triage: 0, billing: 4 } },
    accuracy: 11 / 12,
  });
});

test('a subject without routes sends every message to whoever meets the customer', () => {
  const scenario = scenarioNamed('R-01');
  const { name, assemble } = scenario.subject;
  const mute = { ...scenario, subject: { name, assemble } };
  expect(confuseRoutes([mute])).toMatchObject({
    counts: { billing: { triage: 1 } },
    accuracy: 0,
  });
});

test('of no scenarios nothing is said', () => {
  expect(confuseRoutes([])).toEqual({ agents: [], counts: {}, accuracy: null });
});
