import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Json } from '#harness';
import { type ModelRequest, questionOf, spelledFile } from './model-request.ts';

/**
 * Whether a call asks what was recorded, to the letter. Nothing is copied on the way: it is the question of every call of a
 * replay, and the answer is mostly yes.
 */
export function asksTheSame(recorded: ModelRequest, options: LanguageModelV4CallOptions): boolean {
  const { prompt, tools, settings } = questionOf(options);
  return (
    sameJson(recorded.settings, settings) &&
    sameJson(recorded.tools, tools) &&
    samePrompt(recorded, prompt)
  );
}

function samePrompt(
  { system, messages }: ModelRequest,
  prompt: LanguageModelV4CallOptions['prompt'],
): boolean {
  if (prompt.length !== system.length + messages.length) return false;
  let instructions = 0;
  return prompt.every((message, index) => {
    if (message.role === 'system' && message.providerOptions === undefined) {
      return message.content === system[instructions++];
    }
    return sameJson(messages[index - instructions], message);
  });
}

/** What a recording holds, or a part of it. */
type Held = Json | readonly Json[] | Readonly<Record<string, Json>> | undefined;

/** Whether a value is, as JSON, the recorded one. False where only a closer look could say. */
function sameJson(held: Held, asked: unknown): boolean {
  if (held === asked) return true;
  if (typeof asked !== 'object' || asked === null) return false;
  if (typeof held === 'string') return held === spelledFile(asked);
  if (typeof held !== 'object' || held === null) return false;
  if (isList(held) || Array.isArray(asked)) {
    return (
      isList(held) &&
      Array.isArray(asked) &&
      held.length === asked.length &&
      held.every((each, index) => sameJson(each, asked[index]))
    );
  }
  let count = 0;
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(held, name) || !sameJson(held[name], value)) return false;
    count += 1;
  }
  return count === Object.keys(held).length;
}

function isList(held: Held): held is readonly Json[] {
  return Array.isArray(held);
}
