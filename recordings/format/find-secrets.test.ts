import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { recordParcelSession } from '../testing/parcel-desk.ts';
import { findSecrets } from './find-secrets.ts';
import { serializeRecording } from './serialize-recording.ts';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

test.each([
  ['an OpenAI or Anthropic key', `sk-proj-${hex(12)}`],
  ['a Stripe key', `sk_live_${hex(12)}`],
  ['an AWS access key', `AKIA${hex(8).toUpperCase()}`],
  ['a GitHub token', `ghp_${hex(20)}`],
  ['a Slack token', `xoxb-${hex(8)}`],
  ['a bearer token', `Authorization: Bearer ${hex(16)}`],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
  ['a card number', '4242 4242 4242 4242'],
  ['a card number', '378282246310005'],
  ['an e-mail address', 'amara.okafor@customers.example'],
])('%s is found in JSON and in plain text', (kind, secret) => {
  const line = JSON.stringify({ t: 'tool', output: { note: [`see ${secret}`] } });
  expect(findSecrets(`{}\n${line}\n`)).toEqual([{ line: 2, field: '/output/note/0', kind }]);
  expect(findSecrets(`plain\ntext: ${secret.split('\n')[0]}`)).toEqual([{ line: 2, kind }]);
});

test('a secret that streamed in pieces is found', () => {
  const pieces = ['your key is s', 'k-', hex(6), hex(6)];
  expect(findSecrets(JSON.stringify({ deltas: pieces }))).toHaveLength(1);
  expect(findSecrets(JSON.stringify({ words: pieces }))).toEqual([]);
});

test('base 64 hides no key and nothing that is known, in either alphabet', () => {
  const known = [{ value: 'swordfish', kind: 'a secret that is in use' }];
  const key = `{"key":"sk-proj-${hex(12)}"}`;
  for (const encoding of ['base64', 'base64url'] as const) {
    const header = `Basic ${Buffer.from('captain:swordfish').toString(encoding)}`;
    const text = JSON.stringify({ header, body: Buffer.from(key).toString(encoding) });
    expect(findSecrets(text, known)).toEqual([
      { line: 1, field: '/header', kind: 'a secret that is in use in base 64' },
      { line: 1, field: '/body', kind: 'an OpenAI or Anthropic key in base 64' },
    ]);
  }
  const picture = randomBytes(200_000).toString('base64');
  expect(findSecrets(JSON.stringify({ picture }), known)).toEqual([]);
});

test('an escape hides nothing', () => {
  expect(findSecrets('{"mail":"ann.lee\\u0040shop.example"}')).toHaveLength(1);
  expect(findSecrets('{"mail":"ann.lee\\u00e9shop.example"}')).toEqual([]);
});

test('a value given is found and an empty one is not', () => {
  const word = { value: 'swordfish', kind: 'a secret that is in use' };
  expect(findSecrets('the word is swordfish', [word, { value: '', kind: 'nothing' }])).toEqual([
    { line: 1, kind: 'a secret that is in use' },
  ]);
});

test.each([
  ['a time in milliseconds', '1767225600000'],
  ['a number with a wrong check digit', '4242 4242 4242 4241'],
  ['a fingerprint', `"hash":"${'4242424242424242'.repeat(4)}"`],
  ['a decimal', '0.4242424242424242'],
  ['ciphertext', JSON.stringify({ reasoningEncryptedContent: `x sk-${hex(16)}` })],
  [
    'ciphertext in a text that is JSON',
    JSON.stringify({ body: JSON.stringify({ encrypted_content: `gAAAA sk-${hex(16)}` }) }),
  ],
  [
    'ciphertext in YAML',
    `    string: '{"id":"rs_1","encrypted_content":"gAAAA+sk-${hex(16)}","t":1}'`,
  ],
  ['what looks like a key in the middle of ciphertext', `gAAAAabc-sk-${hex(16)}`],
  ['an id of digits', JSON.stringify({ call_id: '4242424242424242' })],
])('%s is no secret', (_, text) => {
  expect(findSecrets(text)).toEqual([]);
});

test('a place is told without the secret, also where a property is named by it', () => {
  const key = `sk-${hex(16)}`;
  expect(findSecrets(JSON.stringify({ 'a/b': { [key]: { n: '4242 4242 4242 4242' } } }))).toEqual([
    { line: 1, field: '/a~1b/…', kind: 'an OpenAI or Anthropic key' },
    { line: 1, field: '/a~1b/…/n', kind: 'a card number' },
  ]);
});

test('a key in arguments that are JSON in a text is found at the text, once', () => {
  const input = JSON.stringify({ first: `sk-${hex(16)}`, second: [`sk-${hex(16)}`] });
  expect(findSecrets(JSON.stringify({ part: { input } }))).toEqual([
    { line: 1, field: '/part/input', kind: 'an OpenAI or Anthropic key' },
  ]);
});

test('an id may not hold a key', () => {
  expect(findSecrets(JSON.stringify({ call_id: `sk-${hex(16)}` }))).toHaveLength(1);
});

test('a recording as it is written holds none', async () => {
  expect(findSecrets(serializeRecording(await recordParcelSession()))).toEqual([]);
});
