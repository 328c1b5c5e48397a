import { expect, test } from 'vitest';
import { comparable, createRecordingRedaction, withoutAddresses } from './redaction.ts';

const deltas = (...pieces: string[]) => ({ type: 'text-delta', id: 'item1', deltas: pieces });
const call = (input: string) => ({
  type: 'tool-call',
  toolCallId: 'call1',
  toolName: 'a',
  input,
});

test('an address has one placeholder in all of a recording, numbered by first appearance', () => {
  const { said, text } = createRecordingRedaction();
  expect(text('from amara@shop.example')).toBe('from [e-mail 1]');
  expect(said({ to: ['ben@shop.example', 'AMARA@shop.example'] })).toEqual({
    to: ['[e-mail 2]', '[e-mail 1]'],
  });
});

test('what was redacted before stays, and its number is nobody else’s', () => {
  const { said } = createRecordingRedaction();
  expect(said(['[e-mail 1]', 'ben@shop.example'])).toEqual(['[e-mail 1]', '[e-mail 2]']);
});

test('an address and a card number that stream in pieces are taken out; other pieces stay as they were', () => {
  const { part } = createRecordingRedaction();
  expect(part(deltas('write to ama', 'ra@shop', '.example, 4242 4242', ' 4242 4242'))).toEqual(
    deltas('write to [e-mail 1], [card 1]'),
  );
  expect(part(deltas('write ', 'to ', 'me'))).toEqual(deltas('write ', 'to ', 'me'));
});

test('the same secret has the same number in an answer, in arguments and in what is said', () => {
  const { part, said } = createRecordingRedaction();
  const [first, second] = ['sk-proj-0123456789abcdef01', 'sk-proj-0123456789abcdef02'];
  expect(said(first)).toBe('[key 1]');
  expect(part(call(`{"key":"${second}","old":"${first}"}`))).toEqual(
    call('{"key":"[key 2]","old":"[key 1]"}'),
  );
  expect(part(deltas(`it is ${second}`))).toEqual(deltas('it is [key 2]'));
  expect(said({ key: second })).toEqual({ key: '[key 2]' });
});

test('arguments stay JSON, even those that were not', () => {
  const { part } = createRecordingRedaction();
  expect(part(call('{ "to": "amara@shop.example" }'))).toEqual(call('{"to":"[e-mail 1]"}'));
  expect(part(call('{ "to": 1 }'))).toEqual(call('{ "to": 1 }'));
  expect(part(call('{ to: amara@shop.example'))).toEqual(call('{ to: [e-mail 1]'));
});

test('ids and ciphertext are left as they are', () => {
  const opaque = { signature: 'a@shop.example', toolCallId: 'b@shop.example' };
  expect(createRecordingRedaction().said(opaque)).toEqual(opaque);
});

test('a live run may say an address where its recording has a placeholder, and nothing else there', () => {
  const [recorded, asked] = comparable({ to: '[e-mail 2]', n: 1 }, { to: 'a@shop.example', n: 1 });
  expect(asked).toEqual(recorded);
  const [before, now] = comparable({ to: '[e-mail 2]' }, { to: 'a@shop.example or so' });
  expect(now).not.toEqual(before);
});

test('where no address is said, placeholders are compared as they stand', () => {
  const [recorded, asked] = comparable(['[e-mail 1]'], ['[e-mail 2]']);
  expect(asked).not.toEqual(recorded);
});

test('whose address it was does not show once addresses are taken out', () => {
  expect(withoutAddresses(['to [e-mail 4]', 'to a@shop.example'])).toEqual([
    'to [e-mail]',
    'to [e-mail]',
  ]);
});
