import type { Conversation } from './conversation.ts';
import { answerFrom, type Playbook } from './playbook.ts';

/** An answer in the form a model sends it; `arguments` is JSON. */
export interface ScriptedAnswer {
  readonly items: readonly ScriptedItem[];
  readonly usage: ScriptedUsage;
}

export type ScriptedItem =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: string; readonly arguments: string };

/** In tokens: an estimate from text lengths (4 characters a token), never a measured figure. */
export interface ScriptedUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const CHARACTERS_PER_TOKEN = 4;

/**
 * The playbook's answer to `conversation`.
 * @throws PlaybookExhaustedError when no play matches.
 */
export function scriptedAnswer(playbook: Playbook, conversation: Conversation): ScriptedAnswer {
  const { text = '', calls = [] } = answerFrom(playbook, conversation);
  const items: ScriptedItem[] = [
    ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
    ...calls.map((each) => ({
      kind: 'call' as const,
      tool: each.tool,
      arguments: JSON.stringify(each.input === undefined ? {} : each.input),
    })),
  ];
  return {
    items,
    usage: {
      inputTokens: tokensIn(conversationTexts(conversation)),
      outputTokens: tokensIn(items.flatMap(itemTexts)),
    },
  };
}

/** Cuts `text` into pieces of `characters` code points, so that no piece holds half a character. */
export function deltasOf(text: string, characters: number): readonly string[] {
  const points = Array.from(text);
  return Array.from({ length: Math.ceil(points.length / characters) }, (_, index) =>
    points.slice(index * characters, (index + 1) * characters).join(''),
  );
}

function tokensIn(texts: readonly string[]): number {
  const characters = texts.reduce((sum, each) => sum + each.length, 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Call ids are left out: they are chance over HTTP, and usage must not be. */
function conversationTexts({ system, tools, messages }: Conversation): string[] {
  const texts = messages.flatMap((message) => {
    switch (message.role) {
      case 'user':
        return [message.text];
      case 'assistant':
        return [
          message.text,
          ...message.calls.flatMap((each) => [each.tool, JSON.stringify(each.input)]),
        ];
      case 'tool':
        return [message.tool, JSON.stringify(message.output)];
    }
  });
  return [system, ...tools, ...texts];
}

function itemTexts(item: ScriptedItem): string[] {
  return item.kind === 'text' ? [item.text] : [item.tool, item.arguments];
}
