import { HarnessError } from '../host/harness-error.ts';
import type { Conversation, ConversationMessage } from './conversation.ts';

const TAIL_MESSAGES = 3;
const EXCERPT_CHARACTERS = 200;

/** Nothing in the playbook answers the conversation. */
export class PlaybookExhaustedError extends HarnessError {
  constructor(playbook: string, plays: readonly string[], conversation: Conversation) {
    const { messages } = conversation;
    const tail = messages.slice(-TAIL_MESSAGES).map((each) => `\n  ${describe(each)}`);
    super({
      code: 'PLAYBOOK_EXHAUSTED',
      message:
        `Playbook "${playbook}" has no play for this conversation of ${messages.length} messages, which ends with` +
        `${tail.join('') || ' nothing'}\nPlays: ${plays.join(', ') || 'none'}. ` +
        `Tools on offer: ${conversation.tools.join(', ') || 'none'}.`,
      hint: 'Add a play whose `when` holds here, or correct the one that should have matched.',
    });
  }
}

function describe(message: ConversationMessage): string {
  switch (message.role) {
    case 'user':
      return `user: ${excerpt(message.text)}`;
    case 'assistant': {
      const calls = message.calls.map((each) => `${each.tool}(${JSON.stringify(each.input)})`);
      return `assistant: ${excerpt([message.text, ...calls].filter(Boolean).join(' '))}`;
    }
    case 'tool':
      return `${message.tool} ${message.isError ? 'failed' : 'returned'}: ${excerpt(JSON.stringify(message.output))}`;
  }
}

function excerpt(text: string): string {
  return text.length <= EXCERPT_CHARACTERS ? text : `${text.slice(0, EXCERPT_CHARACTERS)}…`;
}
