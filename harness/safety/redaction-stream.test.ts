import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactText } from './redact.ts';
import { redactionStream } from './redaction-stream.ts';

const whole = (text: string): string => redactText(text, { profile: 'stored' }).value;

function inPieces(text: string, lengths: readonly number[]): readonly string[] {
  const stream = redactionStream();
  const given: string[] = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const length = lengths.length === 0 ? text.length : (lengths[turn % lengths.length] ?? 1);
    given.push(stream.add(text.slice(at, at + length)));
    at += length;
  }
  given.push(stream.end());
  return given;
}

const pem = (body: string): string =>
  `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;

/** What secrets are made of, what announces them, and what looks alike. */
const fragments = constantFrom(
  '4111 1111 1111 1111',
  '4111',
  '1111',
  ' ',
  '  ',
  '\n',
  '. ',
  ', ',
  '-',
  '/',
  '中文',
  '，',
  '。',
  'cvv',
  'CVC',
  'is',
  'code',
  'number',
  'security',
  'card',
  'verification',
  '123',
  'exp',
  '12/27',
  'GB82',
  'WEST',
  '1234',
  '5698',
  '7654',
  '32',
  'GB82WEST12345698765432',
  'Bearer',
  'Basic',
  'abcdefghijklmnop0123',
  'api',
  'key',
  'api_key',
  ':',
  '=',
  '"',
  'access token',
  'sk-',
  'https://',
  'user',
  ':',
  'pass',
  '@',
  'host',
  'AKIAABCDEFGHIJKLMNOP',
  'order',
  'ord_2001',
  'é',
  '-----BEGIN',
  'RSA',
  'PRIVATE',
  'KEY-----',
  '-----END',
  '-----BEGIN PRIVATE KEY-----',
  '[card 1]',
  pem('abcd efgh'),
  '2026-11-26',
  'xoxb-',
  'ghp_',
  'and',
  'the refund',
  '🦫',
  '\ud83e',
  '\0',
);
const text = oneof(
  array(oneof(fragments, string({ maxLength: 6 })), { maxLength: 30 }).map((parts) =>
    parts.join(''),
  ),
  array(fragments, { maxLength: 30 }).map((parts) => parts.join(' ')),
);

describe('a text that is redacted while it comes', () => {
  test('is the whole text redacted, however it is cut into pieces', () => {
    assert(
      property(
        text,
        array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
        (said, cut) => {
          expect(inPieces(said, cut).join('')).toBe(whole(said));
        },
      ),
      { numRuns: 3_000, seed: 20_261_126 },
    );
  });

  test.for([
    'Your card 4111 1111 1111 1111 exp 12/27 123 is kept, and so on and so forth.',
    'The security code is 123 and the card verification value is 456.',
    'Pay to GB82 WEST 1234 5698 7654 32 or to nobody at all.',
    'Use Bearer abcdefghijklmnop0123 there; the api key is abcdefghijklmnop0123.',
    `Here it is: ${pem('abcd efgh ijkl\nmnop qrst')} and that was it.`,
    'See https://user:pass word@host and https://user:密码，abc@host then.',
  ])('gives none of a secret at any time: %s', (said) => {
    const expected = whole(said);
    expect(expected).not.toBe(said);
    for (let length = 1; length < said.length; length += 1) {
      let shown = '';
      for (const piece of inPieces(said, [length])) {
        shown += piece;
        expect(expected.startsWith(shown)).toBe(true);
      }
      expect(shown).toBe(expected);
    }
  });

  test('holds back a word and a number, and no more, of what is not sensitive', () => {
    const said =
      'Your order ord_2001 of 12 lamps was sent on 2026-11-26, and 14.06 EUR come back. ';
    const stream = redactionStream();
    let given = 0;
    let longest = 0;
    for (const [index, character] of Array.from(said.repeat(50)).entries()) {
      given += stream.add(character).length;
      longest = Math.max(longest, index + 1 - given);
    }
    expect(longest).toBeLessThan(40);
  });

  test('a cut that looks at white space only would give a card number away', () => {
    const said = 'It is 4111 1111 1111 1111 then';
    const words = said
      .split(/(?<=\s)/)
      .map(whole)
      .join('');
    expect(words).toContain('4111 1111');
    expect(inPieces(said, [3]).join('')).toBe('It is [card 1] then');
  });
});
