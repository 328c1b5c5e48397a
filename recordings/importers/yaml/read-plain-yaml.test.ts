import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  array,
  assert,
  constantFrom,
  dictionary,
  letrec,
  nat,
  oneof,
  property,
  record,
  string,
} from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { documentsIn, sliceLists } from '../formats/slice-cassette.ts';
import { readPlainYaml } from './read-plain-yaml.ts';
import { readWholeItem } from './read-yaml.ts';

const words = [
  'data: {"a":"b c"}',
  'no',
  '~',
  '1e5',
  '089',
  '2020-10-01',
  '12:30',
  'https://a.b/c?d=e#f',
  'a: b',
  'a #b',
  ' lead',
  'trail ',
  'line\n',
  '\n\n',
  "it's",
  '\\n',
  '- x',
  '*a',
  '&b',
  '!c',
  '{',
  '|',
  '---',
  '\u2028',
  '\u0007',
  'é',
  '😄',
];
const said = oneof(
  constantFrom(...words),
  array(constantFrom(...words), { maxLength: 30 }).map((pieces) => pieces.join(' ')),
  string({ maxLength: 12 }),
);
const { value } = letrec((tie) => ({
  value: oneof(
    { depthSize: 'small' },
    said,
    constantFrom(null, true, 7, -5, 0.25, 1e20),
    array(tie('value'), { maxLength: 3 }),
    dictionary(constantFrom('a', 'no', 'status', 'content-type', 'with space', '7'), tie('value')),
  ),
}));
const styles = record({
  lineWidth: constantFrom(0, 20, 80),
  indentSeq: constantFrom(true, false),
  defaultStringType: constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  version: constantFrom('1.1', '1.2'),
} as const);
const signs = ['\n', '"', "'", ': ', ' #', '- ', '  ', '\\', '|', '&', '{', '---\n', '\u2028', ''];
const damage = array(record({ at: nat(2000), drop: nat(3), put: constantFrom(...signs) }), {
  maxLength: 1,
});

/** What both say of a text; the plain part may say nothing. */
function held(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === undefined) return false;
  const [item]: readonly unknown[] = Array.isArray(plain.value) ? plain.value : [];
  expect([item]).toEqual(readWholeItem(text, 1));
  return true;
}

test('what is read of the plain part is what the whole language says, also of what is damaged', () => {
  const counts = { plain: 0, damaged: 0 };
  assert(
    property(
      record({ kept: value, body: said }),
      styles,
      damage,
      ({ kept, body }, style, damages) => {
        let text = stringify([{ request: kept, response: { body: { string: body } } }], style);
        for (const { at, drop, put } of damages) {
          const place = at % text.length;
          text = text.slice(0, place) + put + text.slice(place + drop);
        }
        if (held(text)) counts[damages.length === 0 ? 'plain' : 'damaged'] += 1;
      },
    ),
    { seed: 20_261_126, numRuns: 1500 },
  );
  expect(counts.plain).toBeGreaterThan(200);
  expect(counts.damaged).toBeGreaterThan(50);
});

test.for(['vcrpy.yaml', 'ruby.yml'])('the exchanges of %s are plain', async (name) => {
  const [document] = documentsIn(
    await readFile(join(import.meta.dirname, '../fixtures', name), 'utf8'),
  );
  if (document === undefined) throw new Error('it is empty');
  const lists = sliceLists(document, ['interactions', 'http_interactions']);
  const items = [...(lists?.values() ?? [])].flat();
  expect(items.map(({ text }) => held(text))).toEqual([true, true, true]);
});

test.for([
  'a text\n  of two lines',
  '{a: 1}',
  '"in quotes\n"',
  '"\\q"',
  '# a comment',
  '? a\n: b',
  '&name x',
  '!tag x',
  '>\n    folded',
  '|\n  back',
  '|2\n    deep',
  'a: b: c',
])('%j is left to the whole language', (text) => {
  expect(readPlainYaml(`- request:\n    body: ${text}\n`)).toBeUndefined();
});

test('however deep it is, it is not read without end', () => {
  const deep = Array.from({ length: tooDeep }, (_, index) => `${' '.repeat(index)}a:\n`);
  expect(readPlainYaml(deep.join(''))).toBeUndefined();
});
const tooDeep = 5000;
