import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { lookClosely } from './find-sensitive.ts';
import { mayBeSensitive } from './may-be-sensitive.ts';

const sensitive = [
  'a@b.co',
  '4242 4242 4242 4242',
  '4242\u2010\u200b4242.\t4242 4242',
  '４２４２４２４２４２４２４２４２',
  'DE89 3704-0044 0532 0130 00',
  'cvv:123',
  'Security code is 123',
  '[card 1] 12/29 123',
  `sk-${'a1'.repeat(10)}`,
  `rk_test_${'a1'.repeat(10)}`,
  'AKIAIOSFODNN7EXAMPLE',
  `gho_${'a1'.repeat(18)}`,
  `github_pat_${'a1'.repeat(18)}`,
  `xoxb-${'1'.repeat(12)}`,
  `AIza${'a1'.repeat(18)}`,
  `eyJ${'a1'.repeat(8)}.eyJ${'a1'.repeat(8)}.${'a1'.repeat(8)}`,
  `bearer\n${'a1'.repeat(10)}`,
  `Basic ${'a1'.repeat(10)}`,
  `"api_key": "${'a1'.repeat(10)}"`,
  `client secret = ${'a1'.repeat(10)}`,
  'https://ann:hunter2@host.example/',
  '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----',
];
const options = { emails: true, known: [] };

test.for(sensitive)('%j is looked at closely, and found', (text) => {
  expect(mayBeSensitive(text)).toBe(true);
  expect(lookClosely(text, options)).not.toEqual([]);
});

const piece = oneof(
  constantFrom(...sensitive),
  constantFrom(...sensitive).chain((text) =>
    integer({ min: 0, max: text.length }).map((at) => text.slice(at)),
  ),
);
const harmless = oneof(
  constantFrom('order A-17', 'the ', '1764000000 ', '\n', '-', 'x', '_', '12'),
  string({ maxLength: 4 }),
);
const texts = array(oneof({ weight: 1, arbitrary: piece }, { weight: 8, arbitrary: harmless }), {
  maxLength: 8,
}).map((pieces) => pieces.join(''));

test('in what is not looked at closely there is nothing', () => {
  let passed = 0;
  assert(
    property(texts, (text) => {
      if (mayBeSensitive(text)) return;
      passed += 1;
      expect(lookClosely(text, options)).toEqual([]);
    }),
    { seed: 20_261_126, numRuns: 5000 },
  );
  expect(passed).toBeGreaterThan(1000);
});
