import { array, assert, constantFrom, option, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import type { Item, Side, Step } from '../../view.ts';
import { changesBetween, contextOf } from './context.ts';
import { diffLines } from './diff-lines.ts';
import { hashOf, placeIn } from './link.ts';
import { readable } from './readable.ts';

const seed = 7;
const lines = array(constantFrom('a', 'b', 'c', '')).map((each) => each.join('\n'));

test('without what was added a diff is the text before, without what was removed the text behind (seed 7)', () => {
  assert(
    property(lines, lines, (before, after) => {
      const diff = diffLines(before, after);
      const without = (kind: string): string =>
        diff
          .filter((line) => line.kind !== kind)
          .map(({ text }) => text)
          .join('\n');
      expect([without('added'), without('removed')]).toEqual([before, after]);
      expect(diff.every(({ kind }) => kind === 'kept')).toBe(before === after);
    }),
    { seed },
  );
});

const numbered = (word: string): string =>
  Array.from({ length: 2500 }, (_, at) => `${word}${at}`).join('\n');

test('texts that differ in too much to be compared line by line go and come as a whole', () => {
  const kinds = diffLines(`same\n${numbered('a')}`, `same\n${numbered('b')}`).map(
    ({ kind }) => kind,
  );
  expect([kinds[0], kinds.indexOf('added'), kinds.lastIndexOf('removed')]).toEqual([
    'kept',
    2501,
    2500,
  ]);
});

test('an address says again which step and which tab it was made of (seed 7)', () => {
  const name = string({ minLength: 1, unit: 'grapheme' });
  assert(
    property(name, option(name, { nil: undefined }), (step, tab) => {
      const place = tab === undefined ? { step } : { step, tab };
      expect(placeIn(hashOf(place))).toEqual(place);
    }),
    { seed },
  );
  expect(hashOf({ step: '1/billing#3', tab: 'answer' })).toBe('#1/billing%233&tab=answer');
  expect([placeIn('#1/billing#3'), placeIn('#%'), placeIn('#'), placeIn('')]).toEqual([
    { step: '1/billing#3' },
    { step: '%' },
    undefined,
    undefined,
  ]);
});

test('a value is read line by line, and a text in it as it is', () => {
  expect(
    readable({
      id: 're_1',
      mail: { body: 'Hello,\n  you', to: [] },
      list: [1, { a: 'x', b: null }],
    }),
  ).toBe(`id: re_1
mail:
  body:
    Hello,
      you
  to: []
list:
  - 1
  - a: x
    b: null`);
  expect(['a\nb', {}, 0, null].map((each) => readable(each))).toEqual(['a\nb', '{}', '0', 'null']);
});

const item = (role: string, text: string): Item => ({
  role,
  title: role,
  blocks: [{ kind: 'text', text }],
});

const turn = (context: NonNullable<Step['context']>): Step => ({
  id: '',
  lane: 0,
  kind: 'model',
  title: '',
  summary: '',
  panels: [],
  links: [],
  context,
});

test('a context is put together from what its predecessors added, as far as they are kept', () => {
  const steps = [
    turn({ head: [0], keep: 0, added: [1, 2, 3] }),
    turn({ head: [0], previous: 0, keep: 3, added: [4] }),
    // Compacted: of all that only the first is left.
    turn({ head: [9], previous: 1, keep: 1, added: [5, 6] }),
    turn({ head: [9], previous: 2, keep: 2, added: [] }),
  ];
  const side: Side = {
    name: '',
    made: { label: '', says: '', kind: 'scripted' },
    facts: [],
    notices: [],
    steps,
  };
  expect(steps.map((each) => contextOf(side, each))).toEqual([
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4],
    [9, 1, 5, 6],
    [9, 1, 5],
  ]);
});

test('what changed between two contexts is what came, what went, and what has become another version of itself', () => {
  const items = [
    item('instructions', 'Be kind.'),
    item('user', 'Hello'),
    item('assistant', 'Hi'),
    item('instructions', 'Be brief.'),
    item('tool', 'done'),
  ];
  expect(changesBetween([0, 1, 2], [3, 1, 2, 4], items)).toEqual([
    { kind: 'changed', before: 0, item: 3 },
    { kind: 'kept', items: [1, 2] },
    { kind: 'added', item: 4 },
  ]);
  expect(changesBetween([0, 1, 2], [0, 2], items)).toEqual([
    { kind: 'kept', items: [0] },
    { kind: 'removed', item: 1 },
    { kind: 'kept', items: [2] },
  ]);
  expect(changesBetween([0, 1], [0, 1], items)).toEqual([{ kind: 'kept', items: [0, 1] }]);
});
