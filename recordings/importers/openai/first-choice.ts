import { z } from 'zod';
import type { Json } from '#harness';
import type { AnswerBody } from '../../format/imported-exchange.ts';

const choicesSchema = z.object({
  choices: z.array(z.object({ index: z.int().nullish() })).min(1),
});

/**
 * An answer of Chat Completions with the first of its choices alone: the provider reads no other, and takes the pieces of all
 * for pieces of one. Undefined when there is no other.
 */
export function firstChoice(body: AnswerBody): AnswerBody | undefined {
  if ('json' in body) {
    const json = first(body.json);
    return json === undefined || json === body.json ? undefined : { json };
  }
  if (!('events' in body)) return undefined;
  const events = body.events.flatMap((event) => first(event) ?? []);
  const isSame =
    events.length === body.events.length &&
    events.every((event, index) => event === body.events[index]);
  return isSame ? undefined : { events };
}

/** The value itself when it holds no other choice, undefined when it holds only others. */
function first(value: Json): Json | undefined {
  const parsed = choicesSchema.safeParse(value);
  if (!parsed.success || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const { choices } = value;
  if (!Array.isArray(choices)) return value;
  const kept = choices.filter((_, index) => (parsed.data.choices[index]?.index ?? index) === 0);
  if (kept.length === choices.length) return value;
  return kept.length === 0 ? undefined : { ...value, choices: kept };
}
