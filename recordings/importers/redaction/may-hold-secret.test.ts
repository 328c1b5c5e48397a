import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { findSecrets } from '../../format/find-secrets.ts';
import type { OpenAiExchange } from '../../format/imported-exchange.ts';
import { mayHoldSecret } from './may-hold-secret.ts';
import { createImportRedaction } from './redact-exchange.ts';

const exchangeOf = (body: OpenAiExchange['answer']['body']): OpenAiExchange => {
  return { t: 'openai', lane: '1', n: 0, line: 1, api: 'chat', answer: { status: 200, body } };
};

const secrets = [
  'ada@shop.example',
  '4242 4242 4242 4242',
  '4242\u00074242\u2010424242\u200b42',
  '４２４２４２４２４２４２４２４２',
  'DE89 3704 0044 0532 0130 00',
  'cvv: 123',
  'card security code is 123',
  '[card 1] 12/29 123',
  `sk-${'a1'.repeat(10)}`,
  `sk_live_${'a1'.repeat(10)}`,
  'AKIAIOSFODNN7EXAMPLE',
  `ghp_${'a1'.repeat(18)}`,
  `xoxb-${'1'.repeat(12)}`,
  `AIza${'a1'.repeat(18)}`,
  `eyJ${'a1'.repeat(8)}.eyJ${'a1'.repeat(8)}.${'a1'.repeat(8)}`,
  `Bearer\t${'a1'.repeat(10)}`,
  `api key is ${'a1'.repeat(10)}`,
  'https://ann:hunter2@host.example/',
  `-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----`,
  `org-${'a1'.repeat(8)}`,
  '\u0000',
  '\ud83d',
];
const plain = [
  'the order A-17 was shipped',
  '{"input_tokens":41,"logprob":-0.000015598027633743823}',
  'chatcmpl-D12Tabcdefghijk',
  '2026-03-06T19:45:34Z',
  '1764000000',
];

test.for(secrets)('%j is not passed', (secret) => {
  expect(mayHoldSecret(JSON.stringify({ text: `Hello\n${secret}` }))).toBe(true);
  expect(mayHoldSecret(JSON.stringify({ text: JSON.stringify({ text: `\t${secret}` }) }))).toBe(
    true,
  );
});

test.for(plain)('%j is', (text) => {
  expect(mayHoldSecret(JSON.stringify({ text: `Hello\n${text}` }))).toBe(false);
});

/** Secrets whole, in halves and beside each other, in whatever stands around them. */
const piece = oneof(
  constantFrom(...secrets),
  constantFrom(...secrets).chain((secret) =>
    integer({ min: 0, max: secret.length }).map((at) => secret.slice(at)),
  ),
  constantFrom('\n', '\\', '"', '\\n', '\u0001', ' ', '-', '.', ',', '_', 'x', '4', '{"a":"', '"}'),
  string({ maxLength: 3 }),
);
const harmless = oneof(constantFrom(...plain), string({ maxLength: 6 }));
const text = array(oneof({ weight: 1, arbitrary: piece }, { weight: 5, arbitrary: harmless }), {
  maxLength: 5,
}).map((pieces) => pieces.join(''));

test('what is passed is what redaction leaves as it is, and the scan finds nothing in', () => {
  const counts = { passed: 0, suspect: 0 };
  assert(
    property(
      text,
      text,
      constantFrom('text', 'text', 'text', 'authorization', 'x-my-token'),
      (said, inner, name) => {
        const nested = JSON.stringify({ [name]: inner });
        const exchange = exchangeOf({ json: { [name]: said, arguments: nested, list: [inner] } });
        const json = JSON.stringify(exchange);
        if (mayHoldSecret(json)) {
          counts.suspect += 1;
          return;
        }
        counts.passed += 1;
        expect(createImportRedaction()(exchange)).toEqual(exchange);
        expect(findSecrets(json)).toEqual([]);
      },
    ),
    { seed: 20_261_126, numRuns: 2000 },
  );
  expect(Math.min(counts.passed, counts.suspect)).toBeGreaterThan(200);
});
