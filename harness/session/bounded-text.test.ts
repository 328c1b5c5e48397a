import { expect, test } from 'vitest';
import { boundedText, messageTextLimit } from './bounded-text.ts';

test('a text within the limit stays as it is', () => {
  const text = 'x'.repeat(messageTextLimit);
  expect(boundedText(text)).toBe(text);
});

test('a longer text is cut to the limit and says so', () => {
  const bounded = boundedText('x'.repeat(messageTextLimit + 1));
  expect(bounded).toHaveLength(messageTextLimit);
  expect(bounded).toMatch(/x\n\[Cut here: the message was 16001 characters long\.\]$/);
});

test.for([0, 1])('no character is cut in half, wherever the cut falls (shifted by %i)', (shift) => {
  const bounded = boundedText(`${'x'.repeat(shift)}${'\u{1F9A5}'.repeat(messageTextLimit)}`);
  expect(bounded.isWellFormed()).toBe(true);
  expect(bounded).not.toContain('\ufffd');
  expect(bounded.length).toBeLessThanOrEqual(messageTextLimit);
  expect(bounded.length).toBeGreaterThan(messageTextLimit - 2);
});

test('half a character that came in is marked as such', () => {
  expect(boundedText('a\ud83e')).toBe('a\ufffd');
});
