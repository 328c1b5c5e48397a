import { expect, test } from 'vitest';
import { percentilesOf } from './percentiles.ts';

test('percentiles are values that occurred', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(values)).toEqual({ count: 100, p50: 50, p95: 95, max: 100 });
  expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, max: 7 });
});

test('nothing measured is no zero', () => {
  expect(percentilesOf([])).toEqual({
    count: 0,
    p50: Number.NaN,
    p95: Number.NaN,
    max: Number.NaN,
  });
});
