import { expect, test } from 'vitest';
import type { Arm, ArmGroup } from '../cases/arm.ts';
import { figureOf, summarise } from './summarise.ts';

const arm = (name: string): Arm => ({
  name,
  includes: 'all of it',
  sample: async () => ({ ms: 1, cpuMs: 1 }),
});

const group: ArmGroup = {
  on: 'memory',
  floor: arm('floor'),
  cases: [arm('step')],
  bars: [],
  [Symbol.asyncDispose]: async () => undefined,
};

const round = (floor: number, step: number) =>
  new Map([
    ['floor', { ms: floor, cpuMs: floor / 2 }],
    ['step', { ms: step, cpuMs: step, statements: 7 }],
  ]);

test('a ratio is taken within its round, so a slow round does not move it', () => {
  const rows = summarise(group, [round(1, 4), round(100, 400), round(2, 8)]);
  expect(rows).toEqual([
    {
      name: 'memory: floor',
      isFloor: true,
      includes: 'all of it',
      medianMs: 2,
      spreadMs: [1.5, 51],
      ratio: 1,
      ratioSpread: [1, 1],
      cpuMs: 1,
      cpuRatio: 1,
    },
    {
      name: 'memory: step',
      isFloor: false,
      includes: 'all of it',
      medianMs: 8,
      spreadMs: [6, 204],
      ratio: 4,
      ratioSpread: [4, 4],
      cpuMs: 8,
      cpuRatio: 8,
      statements: 7,
    },
  ]);
});

test('a round that lost an arm is not summarised', () => {
  expect(() => summarise(group, [new Map([['floor', { ms: 1, cpuMs: 1 }]])])).toThrow('no step');
});

test('quartiles lie between values in proportion, whatever their order', () => {
  expect(figureOf([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
  expect(figureOf([7])).toEqual({ low: 7, median: 7, high: 7 });
});

test('nothing has no figure', () => {
  expect(() => figureOf([])).toThrow(RangeError);
});
