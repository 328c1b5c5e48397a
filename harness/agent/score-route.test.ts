import { expect, test } from 'vitest';
import { type Route, scoreRoute } from './score-route.ts';

const routes: readonly Route[] = [
  { agent: 'billing', weights: { refund: 3, charge: 2, invoice: 1 } },
  { agent: 'technical', weights: { export: 2, error: 3 } },
];

test.for<[string, string, number]>([
  ['Please REFUND me, you charged me twice', 'billing', 5],
  ['The export shows an error and no invoice', 'technical', 5],
  ['Refund, refund, refund!', 'billing', 3],
  ['hmm', 'triage', 0],
  ['', 'triage', 0],
  ['\u202e\u{1F9A5}', 'triage', 0],
  ['prerefund', 'triage', 0],
])('%j goes to %s with %i', ([text, agent, score]) => {
  expect(scoreRoute(text, routes, 'triage')).toEqual({ agent, score });
});

test('among equals the first that is listed has it', () => {
  const tied = scoreRoute('charge export', routes, 'triage');
  expect(tied).toEqual({ agent: 'billing', score: 2 });
  expect(scoreRoute('charge export', routes.toReversed(), 'triage').agent).toBe('technical');
});

test('without routes the fallback has every message', () => {
  expect(scoreRoute('refund', [], 'triage')).toEqual({ agent: 'triage', score: 0 });
});
