import {
  array,
  assert,
  constantFrom,
  integer,
  jsonValue,
  lorem,
  nat,
  option,
  property,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Json, jsonSchema } from '../session/event.ts';
import { redact, redactText } from './redact.ts';

const stored = { profile: 'stored' } as const;
const outbound = { profile: 'outbound' } as const;
const textOf = (text: string): string => redactText(text, stored).value;

/** The digits with a last one that makes the sum fit: Luhn, written anew and not taken from what is tested. */
function withCheckDigit(digits: string): string {
  for (let check = 0; ; check += 1) {
    let sum = check;
    let doubled = true;
    for (let index = digits.length - 1; index >= 0; index -= 1) {
      const value = Number(digits[index]) * (doubled ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
      doubled = !doubled;
    }
    if (sum % 10 === 0) return `${digits}${check}`;
  }
}

const brands = constantFrom(
  ['4', 13],
  ['4', 16],
  ['4', 19],
  ['42', 14],
  ['56', 15],
  ['2720', 16],
  ['51', 16],
  ['2221', 16],
  ['34', 15],
  ['37', 15],
  ['300', 14],
  ['36', 14],
  ['6011', 16],
  ['3530', 16],
  ['62', 17],
  ['62', 18],
  ['62', 19],
) satisfies ReturnType<typeof constantFrom>;

const card = tuple(brands, array(nat(9), { minLength: 18, maxLength: 18 })).map(
  ([[prefix, length], rest]) => withCheckDigit(`${prefix}${rest.join('')}`.slice(0, length - 1)),
);

/** The same digits, cut where it likes, or in groups of one, two or four. */
const written = tuple(
  card,
  constantFrom(' ', '-', ' - ', '\u00a0', '–', '\u200b', '.', '/', ', ', '·', '*', '_'),
  constantFrom(1, 2, 4),
).map(([digits, gap, size]) => (digits.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(gap));
const cutAnywhere = tuple(
  card,
  array(integer({ min: 1, max: 12 }), { maxLength: 4 }),
  constantFrom(' ', '-'),
).map(([digits, cuts, gap]) =>
  cuts.reduce((text, cut) => text.slice(0, cut) + gap + text.slice(cut).trimStart(), digits),
);

const surroundings = tuple(
  option(lorem({ maxCount: 4 }), { nil: '' }),
  constantFrom('', ': ', ' ', '(', '"', '#', 'é', '卡', '\n', ', '),
  constantFrom('', '.', ', thanks', ')', '"', ' 12/29', '卡', '\n', '!'),
);

const digitsIn = (value: Json): string => JSON.stringify(value).replaceAll(/\D/g, '');

describe('a card number', () => {
  test('is gone wherever it stands and however it is grouped (seed 11)', () => {
    assert(
      property(written, surroundings, (number, [words, before, after]) => {
        const text = `${words}${words === '' ? '' : ' '}${before}${number}${after}`;
        const { value, found } = redactText(text, stored);
        expect(value).toContain('[card 1]');
        expect(found).toContainEqual({ kind: 'card', placeholder: '[card 1]', path: '' });
        expect(digitsIn(value)).not.toContain(number.replaceAll(/\D/g, ''));
      }),
      { seed: 11, numRuns: 2000 },
    );
  });

  test('is gone when blanks or dashes cut it anywhere (seed 12)', () => {
    assert(
      property(cutAnywhere, (number) => {
        expect(textOf(`my card ${number} please`)).toBe('my card [card 1] please');
      }),
      { seed: 12, numRuns: 1000 },
    );
  });

  test('is gone from strings, keys and numbers of any JSON (seed 13)', () => {
    assert(
      property(card, jsonValue(), (number, other) => {
        const value = jsonSchema.parse({
          [number]: other,
          deep: [{ [`card ${number}`]: [`x ${number}`] }, Number(number)],
        });
        const redaction = redact(value, stored);
        expect(JSON.stringify(redaction.value)).not.toContain(number);
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  test('a number that only looks like one stays (seed 14)', () => {
    assert(
      property(card, nat(8), (number, shift) => {
        const wrongDigit = (Number(number.at(-1)) + 1 + shift) % 10;
        const tracking = number.slice(0, -1) + String(wrongDigit);
        expect(textOf(`parcel ${tracking}.`)).toBe(`parcel ${tracking}.`);
      }),
      { seed: 14, numRuns: 500 },
    );
  });

  test.each([
    'ch_4242424242424242 of ord_4242424242424242',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'a4242424242424242b',
    '0f424242-4242-4242-4242-424242424242',
    'from 2026-11-20 12:45:33 to 2026-11-30 09:00:00, 2026-12-01 2026-12-02',
    '2026-11-20T12:45:33.123Z',
    'at 1763642565000 ms',
    'ratio 0.4242424242424242',
    'call +49 1512 3456 7890 or +4242424242424242',
    '49.00 USD, 120.00 USD, 1,234,567.89 EUR',
    '10.0.0.1 192.168.100.200',
    '[card 4] 242 4242 4242 424',
  ])('%s stays', (text) => {
    expect(redact({ text, [text]: 4900, at: 1_763_642_565_000 }, outbound)).toEqual({
      value: { text, [text]: 4900, at: 1_763_642_565_000 },
      found: [],
    });
  });

  test.each([
    ['４２４２ ４２４２ ４２４２ ４２４２', '[card 1]'],
    ['4242.4242.4242.4242', '[card 1]'],
    ['4242 / 4242 / 4242 / 4242', '[card 1]'],
    ['3782-822463-10005.', '[card 1].'],
    ['Card4242424242424242exp12/29', 'Card[card 1]exp12/29'],
    ['12 4242 4242 4242 4242', '12 [card 1]'],
    ['[card 4242] 4242 4242 4242 4242', '[card 4242] [card 4243]'],
    ['4242424242424242, 4000056655665556', '[card 1], [card 2]'],
    ['4242424242424242 or 4242 4242 4242 4242', '[card 1] or [card 1]'],
  ])('%s becomes %s', (text, redacted) => {
    expect(textOf(text)).toBe(redacted);
  });
});

test('card, date and code as people type them leave only the date', () => {
  expect(redactText('4242 4242 4242 4242, 12/29, 123', stored)).toEqual({
    value: '[card 1], 12/29, [cvv 1]',
    found: [
      { kind: 'card', placeholder: '[card 1]', path: '' },
      { kind: 'cvv', placeholder: '[cvv 1]', path: '' },
    ],
  });
});

test.each([
  ['CVV: 123', 'CVV: [cvv 1]'],
  ['the security code is 1234', 'the security code is [cvv 1]'],
  ['[card 1] exp 12/29 987', '[card 1] exp 12/29 [cvv 1]'],
  ['cvc=123 and cvc=456', 'cvc=[cvv 1] and cvc=[cvv 2]'],
  ['order 123, 4 items, room 1234', 'order 123, 4 items, room 1234'],
  ['see section code 12345', 'see section code 12345'],
])('%s becomes %s', (text, redacted) => {
  expect(textOf(text)).toBe(redacted);
});

test.each([
  ['key sk-proj-abcdefghij0123456789', 'key [key 1]'],
  ['Authorization: Bearer abcdef0123456789abcdef', 'Authorization: Bearer [key 1]'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after', '[key 1] after'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE cut off', '[key 1]'],
  ['api_key = "abcdef0123456789"', 'api_key = "[key 1]"'],
  ['postgres://app:hunter2@db:5432/x', 'postgres://app:[key 1]@db:5432/x'],
  ['ghp_0123456789012345678901234567890123456', '[key 1]'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXRleHQ', '[key 1]'],
  ['the risk-assessment-of-the-desk is done', 'the risk-assessment-of-the-desk is done'],
  ['the bearer of this letter', 'the bearer of this letter'],
])('%s becomes %s', (text, redacted) => {
  expect(textOf(text)).toBe(redacted);
});

test('a secret known by value is gone whatever it looks like', () => {
  expect(redactText('tell it swordfish', { ...stored, known: ['swordfish', ''] }).value).toBe(
    'tell it [key 1]',
  );
});

test.each([
  ['DE89 3704 0044 0532 0130 00', '[iban 1]'],
  ['pay gb82west12345698765432 today', 'pay [iban 1] today'],
  ['NL91ABNA0417164300, FR1420041010050500013M02606.', '[iban 1], [iban 2].'],
  ['DE88 3704 0044 0532 0130 00', 'DE88 3704 0044 0532 0130 00'],
  ['ZZ89370400440532013000', 'ZZ89370400440532013000'],
])('%s becomes %s', (text, redacted) => {
  expect(textOf(text)).toBe(redacted);
});

test('an e-mail address stays in the database and does not leave it', () => {
  const text =
    'Write to amara.o+desk@example.co.uk, or AMARA.O+desk@example.co.uk; not to a@b or @home.';
  expect(redactText(text, stored)).toEqual({ value: text, found: [] });
  expect(redactText(text, outbound).value).toBe(
    'Write to [e-mail 1], or [e-mail 1]; not to a@b or @home.',
  );
});

test('a property that is a secret by its name is one', () => {
  const { value, found } = redact(
    { payment: { cvv: 123, cvc: '4567', code: 123 }, headers: { authorization: 'x', 'a/b': 1 } },
    stored,
  );
  expect(value).toEqual({
    payment: { cvv: '[cvv 1]', cvc: '[cvv 2]', code: 123 },
    headers: { authorization: '[key 1]', 'a/b': 1 },
  });
  expect(found.map(({ path }) => path)).toEqual([
    '/payment/cvv',
    '/payment/cvc',
    '/headers/authorization',
  ]);
});

test('a finding points at the redacted value and does not repeat the secret', () => {
  const { found } = redact({ 'a/b': [{ '4242424242424242': 'x 4000056655665556' }] }, stored);
  expect(found).toEqual([
    { kind: 'card', placeholder: '[card 1]', path: '/a~1b/0' },
    { kind: 'card', placeholder: '[card 2]', path: '/a~1b/0/[card 1]' },
  ]);
});

test('a placeholder that was there keeps its number to itself', () => {
  expect(textOf('not [card 1] but 4242424242424242')).toBe('not [card 1] but [card 2]');
});

test('what only dresses as a placeholder is no shelter', () => {
  expect(textOf('[card 4242424242424242] [cvv 123]')).toBe('[card [card 1]] [cvv [cvv 1]]');
});

test('a known secret that is part of a placeholder does not break it', () => {
  expect(redactText('card 4242424242424242', { ...stored, known: ['card'] }).value).toBe(
    '[key 1] [card 1]',
  );
});

test('what no database takes is replaced, and hides nothing', () => {
  expect(
    redact({ 'k\0': ['half \ud800', '4242\u{0}4242\u{1}4242\u{336}4242'] }, stored).value,
  ).toEqual({
    'k\ufffd': ['half \ufffd', '[card 1]'],
  });
});

test('redacting twice is redacting once (seed 15)', () => {
  const pieces = array(
    constantFrom(
      '4242 4242 4242 4242',
      '4000056655665556',
      'cvv 123',
      ' 12/29 ',
      '123',
      'a@example.com',
      'DE89370400440532013000',
      'Bearer abcdef0123456789abcdef',
      'api_key=abcdef0123456789',
      ', ',
      ' ',
      '-',
      '.',
    ),
    { maxLength: 12 },
  );
  assert(
    property(pieces, string(), (parts, tail) => {
      const once = redact({ text: parts.join('') + tail, list: parts }, outbound);
      expect(redact(once.value, outbound)).toEqual({ value: once.value, found: [] });
    }),
    { seed: 15, numRuns: 1000 },
  );
});

test('ordinary text and JSON pass untouched (seed 16)', () => {
  assert(
    property(lorem({ maxCount: 30, mode: 'sentences' }), jsonValue(), (text, other) => {
      const value = jsonSchema.parse({ text, other });
      expect(redact(value, outbound)).toEqual({ value, found: [] });
    }),
    { seed: 16, numRuns: 500 },
  );
});
