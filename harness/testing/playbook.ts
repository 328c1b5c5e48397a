import type { Conversation, ConversationToolResult } from './conversation.ts';
import { PlaybookExhaustedError } from './playbook-exhausted-error.ts';

/** What the scripted model says: text first, then its calls, in order. */
export interface PlaybookAnswer {
  readonly text?: string;
  readonly calls?: readonly { readonly tool: string; readonly input: unknown }[];
}

/** "When the conversation looks like this, answer that." Both functions are pure. */
export interface Play {
  readonly name: string;
  readonly when: (conversation: Conversation) => boolean;
  readonly answer: (conversation: Conversation) => PlaybookAnswer;
}

/**
 * A scripted model: the first play that matches answers. A playbook keeps no state, so the same
 * conversation always gets the same answer, also in a step that runs twice.
 */
export interface Playbook {
  readonly name: string;
  readonly plays: readonly Play[];
}

/** @throws PlaybookExhaustedError when no play matches. */
export function answerFrom(playbook: Playbook, conversation: Conversation): PlaybookAnswer {
  const play = playbook.plays.find((each) => each.when(conversation));
  if (play === undefined) {
    const names = playbook.plays.map((each) => each.name);
    throw new PlaybookExhaustedError(playbook.name, names, conversation);
  }
  return play.answer(conversation);
}

/** The latest result of `tool` in the whole conversation, if there is one. */
export function lastToolResult(
  conversation: Conversation,
  tool: string,
): ConversationToolResult | undefined {
  return conversation.messages.findLast(
    (each): each is ConversationToolResult => each.role === 'tool' && each.tool === tool,
  );
}

/** True when the user's latest message matches. */
export function saidByUser(conversation: Conversation, pattern: RegExp): boolean {
  const latest = conversation.messages.findLast((each) => each.role === 'user');
  // `search` does not depend on `lastIndex`, which a pattern with the flag `g` would carry from call to call.
  return latest !== undefined && latest.text.search(pattern) !== -1;
}

/** True when `tool` is on offer. */
export function hasTool(conversation: Conversation, tool: string): boolean {
  return conversation.tools.includes(tool);
}
