/** The longest message that is kept, in UTF-16 units. The server refuses longer ones; whoever comes in directly is cut. */
export const messageTextLimit = 16_000;

/**
 * The text as it may be kept: no longer than the limit and without half a character. A message that is too long is still a
 * message: its beginning is answered, and it says that it was cut, so that neither a model nor a reader takes it for whole.
 */
export function boundedText(text: string): string {
  if (text.length <= messageTextLimit) return text.toWellFormed();
  const note = `\n[Cut here: the message was ${text.length} characters long.]`;
  // Whole code points only: the last unit may be the first half of one.
  const kept = text.slice(0, messageTextLimit - note.length).replace(/[\uD800-\uDBFF]$/u, '');
  return `${kept.toWellFormed()}${note}`;
}
