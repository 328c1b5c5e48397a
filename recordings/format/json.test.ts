import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, jsonSchema } from '#harness';
import { asJson, firstDifference } from './json.ts';

const json = fc.jsonValue().map((value) => jsonSchema.parse(JSON.parse(JSON.stringify(value))));

test('two values differ exactly if their canonical texts do', () => {
  fc.assert(
    fc.property(json, json, (left, right) => {
      const isEqual = canonicalJson(left) === canonicalJson(right);
      expect(firstDifference('value', left, right) === undefined).toBe(isEqual);
      expect(firstDifference('value', left, asJson(left))).toBeUndefined();
    }),
    { seed: 21 },
  );
});

test('equal values have equal texts, whatever the order of their keys', () => {
  expect(JSON.stringify(asJson({ b: 1, a: { d: undefined, c: [] } }))).toBe('{"a":{"c":[]},"b":1}');
});

test.each([
  [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, '/a/b/1'],
  [{ 'a/b': { '~': 1 } }, { 'a/b': { '~': 2 } }, '/a~1b/~0'],
  [[1], [1, 2], '/1'],
  [{ a: null }, {}, '/a'],
  [[], {}, ''],
])('%j and %j differ at %s', (recorded, asked, pointer) => {
  expect(firstDifference('value', recorded, asked)).toMatchObject({ subject: 'value', pointer });
});

test.each([
  ['a date', { at: [new Date(0)] }, '/at/0: Date'],
  ['bytes', { data: new Uint8Array(1) }, '/data: Uint8Array'],
  ['no number', { cents: Number.NaN }, '/cents: NaN'],
])('%s is refused with its place', (_, value, where) => {
  expect(() => asJson(value)).toThrow(where);
});
