import { expect, test } from 'vitest';
import type { ArmGroup } from '../cases/arm.ts';
import { measureGroup } from './measure-group.ts';

/** Arms that take what they are told to take and write down that they were asked. */
function tolledGroup(asked: string[], ms: Readonly<Record<string, number>>): ArmGroup {
  const [floor, ...cases] = Object.entries(ms).map(([name, sampleMs]) => ({
    name,
    includes: 'nothing',
    sample: async () => {
      asked.push(name);
      return { ms: sampleMs, cpuMs: sampleMs / 2, statements: 3 };
    },
  }));
  if (floor === undefined) throw new RangeError('a group has a floor');
  return { on: 'nothing', floor, cases, bars: [], [Symbol.asyncDispose]: async () => undefined };
}

const never = new AbortController().signal;

test('a figure is what the arm says an operation took, not how long it kept us', async () => {
  const group = tolledGroup([], { floor: 0.25, step: 1.5 });
  const rounds = await measureGroup(group, { rounds: 2, signal: never });
  const expected = new Map([
    ['floor', { ms: 0.25, cpuMs: 0.125, statements: 3 }],
    ['step', { ms: 1.5, cpuMs: 0.75, statements: 3 }],
  ]);
  expect(rounds).toEqual([expected, expected]);
});

test('every round visits every arm once, begins with another and goes the other way', async () => {
  const asked: string[] = [];
  await measureGroup(tolledGroup(asked, { a: 1, b: 1, c: 1 }), { rounds: 3, signal: never });
  expect(asked.join('').match(/.{3}/g)).toEqual(['abc', 'acb', 'cab', 'cba', 'bca', 'bac']);
});

test('an arm that fails fails the measurement', async () => {
  const group = tolledGroup([], { floor: 1 });
  const broken = {
    name: 'step',
    includes: 'nothing',
    sample: () => Promise.reject(new Error('no step was taken')),
  };
  await expect(
    measureGroup({ ...group, cases: [broken] }, { rounds: 1, signal: never }),
  ).rejects.toThrow('no step was taken');
});

test('an abort ends the measurement with its reason', async () => {
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  await expect(
    measureGroup(tolledGroup([], { floor: 1 }), { rounds: 1, signal: abort.signal }),
  ).rejects.toThrow('enough');
});
