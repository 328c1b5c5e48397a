import { expect, test } from 'vitest';
import type { Bar } from './bar.ts';
import { judgeBars, medianInterval } from './judge-bars.ts';

const bar: Bar = {
  id: 'D1',
  says: 'a step beside the floor',
  arm: 'step',
  against: 'floor',
  clock: 'cpuMs',
  limit: 5,
};

/** Eleven rounds in which the step costs so many floors, while the machine is slower from round to round. */
const roundsOf = (...ratios: readonly number[]) =>
  ratios.map((ratio, index) => {
    const slowness = index + 1;
    return new Map([
      ['floor', { ms: 100, cpuMs: slowness }],
      ['step', { ms: 100, cpuMs: slowness * ratio, statements: 7 }],
    ]);
  });

test.for([
  ['pass', [4, 4.1, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7, 4.8, 4.9, 9]],
  ['fail', [1, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7, 5.8, 5.9, 6]],
  ['inconclusive', [4, 4.1, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7, 5.1, 5.2, 5.3]],
] as const)('a bar of 5 is decided by the whole interval: %s', ([verdict, ratios]) => {
  const [judged] = judgeBars({ on: 'pglite', bars: [bar] }, roundsOf(...ratios));
  expect(judged).toEqual({
    bar: 'D1 pglite',
    says: bar.says,
    limit: 5,
    median: expect.closeTo(ratios[5]),
    interval: [expect.closeTo(ratios[1]), expect.closeTo(ratios[9])],
    verdict,
  });
});

test('a figure that stands beside nothing is judged by itself', () => {
  const { against: _, ...alone } = bar;
  const bars = [{ ...alone, clock: 'statements', limit: 7 } as const];
  expect(judgeBars({ on: 'pglite', bars }, roundsOf(4, 4, 4))).toEqual([
    expect.objectContaining({ median: 7, interval: [7, 7], verdict: 'pass' }),
  ]);
});

test('a bar on what was not measured is not held to hold', () => {
  const bars = [{ ...bar, arm: 'nothing' }];
  expect(() => judgeBars({ on: 'pglite', bars }, roundsOf(4))).toThrow('no cpuMs of nothing');
});

test('the interval of few values is all of them, of eleven the second to the tenth', () => {
  expect(medianInterval([3, 1, 2])).toEqual([1, 3]);
  expect(medianInterval([1, 2, 3, 4, 5, 6])).toEqual([1, 6]);
  expect(medianInterval([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual([2, 10]);
  expect(() => medianInterval([])).toThrow(RangeError);
});
