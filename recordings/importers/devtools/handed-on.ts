import { z } from 'zod';
import type { AnswerContent } from '../openai/answer-content.ts';

const reasonSchema = z.union([
  z.string(),
  z.looseObject({ unified: z.string() }).transform(({ unified }) => unified),
]);
const tokensSchema = z
  .union([
    z.number(),
    z.looseObject({ total: z.number().nullish() }).transform(({ total }) => total),
  ])
  .nullish();
const handedUsageSchema = z
  .looseObject({ inputTokens: tokensSchema, outputTokens: tokensSchema })
  .nullish();

const partSchema = z.looseObject({ type: z.string() });
const textSchema = z.looseObject({ type: z.enum(['text', 'reasoning']), text: z.string() });
const callSchema = z.looseObject({
  type: z.literal('tool-call'),
  toolCallId: z.string(),
  toolName: z.string(),
  input: z.unknown(),
  providerExecuted: z.boolean().nullish(),
});
const textsSchema = z.array(z.looseObject({ text: z.string() })).default([]);

/** An answer as the SDK handed it on: in one piece, gathered from a stream, or of an object. */
const handedSchema = z.looseObject({
  finishReason: reasonSchema.optional(),
  content: z.array(partSchema).optional(),
  textParts: textsSchema,
  reasoningParts: textsSchema,
  toolCalls: z.array(partSchema).default([]),
  objectText: z.string().optional(),
});

export interface HandedOn {
  readonly content: AnswerContent;
  readonly reasoning: string;
  /** How many parts there are beside texts, reasoning and calls of the caller's own tools. */
  readonly others: number;
}

/** Undefined for what is no answer, or does not say why it finished. */
export function handedOn(output: unknown, usage: unknown): HandedOn | undefined {
  const parsed = handedSchema.safeParse(output);
  if (!parsed.success || parsed.data.finishReason === undefined) return undefined;
  const { content, textParts, reasoningParts, toolCalls, objectText, finishReason } = parsed.data;
  const parts = content ?? [
    ...reasoningParts.map(({ text }) => ({ type: 'reasoning', text })),
    ...textParts.map(({ text }) => ({ type: 'text', text })),
    ...(objectText === undefined ? [] : [{ type: 'text', text: objectText }]),
    ...toolCalls,
  ];
  const texts = parts.flatMap((part) => textSchema.safeParse(part).data ?? []);
  const calls = parts
    .flatMap((part) => callSchema.safeParse(part).data ?? [])
    .filter(({ providerExecuted }) => providerExecuted !== true);
  const { inputTokens: input, outputTokens: count } = handedUsageSchema.safeParse(usage).data ?? {};
  const said = (type: string): string =>
    texts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  return {
    content: {
      text: said('text'),
      toolCalls: calls.map((call) => ({
        id: call.toolCallId,
        name: call.toolName,
        input: typeof call.input === 'string' ? call.input : JSON.stringify(call.input ?? {}),
      })),
      usage: {
        ...(typeof input === 'number' && { input }),
        ...(typeof count === 'number' && { output: count }),
      },
      finishReason,
    },
    reasoning: said('reasoning'),
    others: parts.length - texts.length - calls.length,
  };
}
