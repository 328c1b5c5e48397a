import { expect, test } from 'vitest';
import { gateOf } from './gate-of.ts';

test.for([
  [0, ['pass', 'pass']],
  [2, ['pass', 'inconclusive']],
  [1, ['inconclusive', 'fail', 'pass']],
] as const)('the gate is %i after %j', ([code, verdicts]) => {
  expect(gateOf(verdicts.map((verdict) => ({ verdict })))).toBe(code);
});
