import type { ModelMessage, ToolContent } from 'ai';
import { redact, redactText } from '../safety/redact.ts';
import { jsonSchema } from '../session/event.ts';

const stored = { profile: 'stored' } as const;

/**
 * A model's messages as they may be kept: what it says and what it hands to tools is redacted. Everything else in them, ids
 * and a provider's sealed reasoning above all, stays to the letter, because the provider must recognise it.
 */
export function redactMessages(messages: readonly ModelMessage[]): ModelMessage[] {
  return messages.map((message) => {
    if (message.role === 'tool') return { ...message, content: message.content.map(redactResult) };
    if (message.role !== 'assistant') return message;
    if (typeof message.content === 'string') {
      return { ...message, content: redactText(message.content, stored).value };
    }
    return {
      ...message,
      content: message.content.map((part) => {
        if (part.type === 'text') return { ...part, text: redactText(part.text, stored).value };
        if (part.type !== 'tool-call') return part;
        return { ...part, input: redact(jsonSchema.parse(part.input), stored).value };
      }),
    };
  });
}

/** The SDK answers calls that do not parse, and repeats what they held. */
function redactResult(part: ToolContent[number]): ToolContent[number] {
  if (part.type !== 'tool-result' || part.output.type !== 'error-text') return part;
  const value = redactText(part.output.value, stored).value;
  return { ...part, output: { ...part.output, value } };
}
