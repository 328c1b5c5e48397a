import { expect, test } from 'vitest';
import type { Conversation, ConversationMessage } from './conversation.ts';
import { answerFrom, hasTool, lastToolResult, type Playbook, saidByUser } from './playbook.ts';
import { PlaybookExhaustedError } from './playbook-exhausted-error.ts';
import { deltasOf, scriptedAnswer } from './scripted-answer.ts';

function conversation(...messages: ConversationMessage[]): Conversation {
  return { system: 'You are the desk.', tools: ['getCharge'], messages };
}

const user = (text: string): ConversationMessage => ({ role: 'user', text });

const result = (output: unknown): ConversationMessage => ({
  role: 'tool',
  tool: 'getCharge',
  callId: 'c',
  output,
  isError: false,
});

const playbook: Playbook = {
  name: 'desk',
  plays: [
    { name: 'greet', when: (c) => saidByUser(c, /hello/i), answer: () => ({ text: 'Hello.' }) },
    {
      name: 'greet again',
      when: (c) => saidByUser(c, /hello/i),
      answer: () => ({ text: 'Again.' }),
    },
    {
      name: 'look',
      when: (c) => hasTool(c, 'getCharge') && saidByUser(c, /charge/),
      answer: () => ({ calls: [{ tool: 'getCharge', input: { id: 'ch_1' } }] }),
    },
  ],
};

test('the first play that matches answers', () => {
  expect(answerFrom(playbook, conversation(user('Hello!')))).toEqual({ text: 'Hello.' });
});

test('a conversation without a play is an error that shows its tail and the plays', () => {
  const lost = conversation(
    user('first words'),
    user('my invoice is wrong'),
    {
      role: 'assistant',
      text: 'One moment.',
      calls: [{ tool: 'getCharge', callId: 'c1', input: { id: 'ch_1' } }],
    },
    {
      role: 'tool',
      tool: 'getCharge',
      callId: 'c1',
      output: { error: 'no such charge' },
      isError: true,
    },
  );
  const error = thrownBy(() => answerFrom(playbook, lost));
  expect(error).toBeInstanceOf(PlaybookExhaustedError);
  expect(error).toMatchObject({ code: 'PLAYBOOK_EXHAUSTED' });
  expect(String(error)).toMatchInlineSnapshot(`
    "PlaybookExhaustedError: Playbook "desk" has no play for this conversation of 4 messages, which ends with
      user: my invoice is wrong
      assistant: One moment. getCharge({"id":"ch_1"})
      getCharge failed: {"error":"no such charge"}
    Plays: greet, greet again, look. Tools on offer: getCharge. Add a play whose \`when\` holds here, or correct the one that should have matched."
  `);
});

test('the predicates read the latest message of the user and the latest result of a tool', () => {
  const told = conversation(user('a charge'), result(1), result(2), user('thanks'));
  const pattern = /thanks/g;
  expect([
    saidByUser(told, pattern),
    saidByUser(told, pattern),
    saidByUser(told, /charge/),
  ]).toEqual([true, true, false]);
  expect(lastToolResult(told, 'getCharge')?.output).toBe(2);
  expect(lastToolResult(told, 'refund')).toBeUndefined();
  expect([hasTool(told, 'getCharge'), hasTool(told, 'refund')]).toEqual([true, false]);
});

test('usage depends on what is said and not on call ids', () => {
  const asked = (callId: string): Conversation =>
    conversation(
      { role: 'assistant', text: '', calls: [{ tool: 'getCharge', callId, input: {} }] },
      { role: 'tool', tool: 'getCharge', callId, output: 'x', isError: false },
      user('hello'),
    );
  const usage = scriptedAnswer(playbook, asked('a')).usage;
  expect(scriptedAnswer(playbook, asked('a-much-longer-call-id')).usage).toEqual(usage);
  expect(scriptedAnswer(playbook, conversation(user('hello'))).usage).not.toEqual(usage);
});

test('deltas join to the text and never split a character', () => {
  const text = 'Grüße 👩‍🚀, 49,00 €';
  expect(deltasOf(text, 3).join('')).toBe(text);
  expect(deltasOf(text, 3).some((each) => /\p{Surrogate}/u.test(each))).toBe(false);
  expect(deltasOf('', 3)).toEqual([]);
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
