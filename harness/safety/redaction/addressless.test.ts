import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTextRedaction } from '../redact.ts';
import { addressless } from './addressless.ts';

const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('ada@shop.example', 'b@x.org', '@', '.', 'com', 'ž@é.fr'),
  },
  fc.constantFrom('[e-mail 7]', '\\n', '\n', '\\', '\\u00', '"', '\u0001', ' ', 'n', 'a'),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

test.each([
  ['from Ada@shop.example to [e-mail 12]', 'from [e-mail] to [e-mail]'],
  ['a@b.com.x@y.de', '[e-mail][e-mail]'],
  ['nobody@home, @shop.example', 'nobody@home, @shop.example'],
])('%s is %s', (given, clean) => {
  expect(addressless(given)).toBe(clean);
});

/** Of what a person or a tool says and what a recording has of it. */
const both = fc
  .array(text, { maxLength: 5 })
  .map((texts) => [texts, texts.map(openTextRedaction({ profile: 'outbound' }))] as const);

test('a text and what a recording makes of it are the same without addresses', () => {
  fc.assert(
    fc.property(both, ([said, recorded]) => {
      expect(recorded.map(addressless)).toEqual(said.map(addressless));
    }),
    { seed: 5, numRuns: 300 },
  );
});

const json = (texts: readonly string[]): string => JSON.stringify({ texts });

test('so are their JSON, and the JSON of that', () => {
  expect(addressless(json(['Write to:\nada@shop.example']))).toBe(json(['Write to:\n[e-mail]']));
  fc.assert(
    fc.property(both, ([said, recorded]) => {
      expect(addressless(json(recorded))).toBe(addressless(json(said)));
      expect(addressless(json([json(recorded)]))).toBe(addressless(json([json(said)])));
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('a backslash before an address is no shelter', () => {
  expect(addressless('\\x@y.org \\ada@y.org \\n@y.org')).not.toMatch(/@/);
});
