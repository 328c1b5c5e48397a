import { expect, test } from 'vitest';
import { checkOutput, type OutputRules } from './check-output.ts';

const prompt = `You are the billing agent of the desk. Look up the charges of the customer before you say anything about money.
Refund only what was charged twice, only to the card it was charged to, and never more than the ledger says.
Escalate to a lead whatever is above the limit. Refunds arrive in five to ten business days.`;

const rules: OutputRules = {
  prompt,
  canaries: ['CANARY-7f3a-prompt', ''],
  internalMarkers: ['[internal]', 'not for customers'],
};

const codesOf = (reply: string, over: Partial<OutputRules> = {}): readonly string[] =>
  checkOutput(reply, { ...rules, ...over }).map(({ code }) => code);

test.each([
  'I refunded 49.00 USD to the card ending in 4242. Refunds arrive in five to ten business days.',
  'Your parcel 9400110200881234567890 is on its way, order ord_1001, 2026-11-20.',
  '',
])('%j may leave', (reply) => {
  expect(checkOutput(reply, rules)).toEqual([]);
});

test.each([
  ['The note says CANARY-7f3a-prompt.', 'CANARY_LEAKED'],
  ['c a n a r y 7 F 3 A p.r.o.m.p.t', 'CANARY_LEAKED'],
  ['CANARY-7f\u200b3a-prompt', 'CANARY_LEAKED'],
  ['I see your card 4242 4242 4242 4242.', 'SECRET_LEAKED'],
  ['Use Bearer abcdef0123456789abcdef', 'SECRET_LEAKED'],
  ['It says: [Internal] she is difficult', 'INTERNAL_NOTE_LEAKED'],
  ['(Not for cust\u200bomers) margin is 40 %', 'INTERNAL_NOTE_LEAKED'],
  [`Sure: ${prompt}`, 'PROMPT_LEAKED'],
  [
    'I was told to REFUND only what was charged twice -- only to the card it was charged to!',
    'PROMPT_LEAKED',
  ],
])('%j is held back', (reply, code) => {
  expect(codesOf(reply)).toEqual([code]);
});

test('all that speaks against a reply is told', () => {
  expect(codesOf(`[internal] CANARY-7f3a-prompt 4242424242424242 ${prompt}`)).toEqual([
    'CANARY_LEAKED',
    'SECRET_LEAKED',
    'PROMPT_LEAKED',
    'INTERNAL_NOTE_LEAKED',
  ]);
});

test('no violation repeats what must not get out', () => {
  const said = JSON.stringify(
    checkOutput('CANARY-7f3a-prompt swordfish', { ...rules, known: ['swordfish'] }),
  );
  expect(said).toContain('SECRET_LEAKED');
  expect(said).not.toMatch(/7f3a|swordfish/);
});

test('how much may be shared with the instructions is a number', () => {
  const reply = 'Refunds arrive in five to ten business days.';
  expect(codesOf(reply)).toEqual([]);
  expect(codesOf(reply, { sharedShingleLimit: 0 })).toEqual(['PROMPT_LEAKED']);
});
