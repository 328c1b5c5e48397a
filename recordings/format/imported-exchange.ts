import { z } from 'zod';
import { sortedJsonSchema } from './json.ts';

const place = {
  lane: z.string().min(1),
  n: z.int().nonnegative(),
  /** Where it begins in the file it was imported from. */
  line: z.int().positive(),
};

const bodySchema = z.union([
  z.strictObject({ json: sortedJsonSchema }),
  /** Payloads of server-sent events, `[DONE]` included. */
  z.strictObject({ events: z.array(sortedJsonSchema).min(1) }),
  z.strictObject({ text: z.string() }),
]);
export type AnswerBody = z.infer<typeof bodySchema>;

export const openAiSchema = z.strictObject({
  t: z.literal('openai'),
  ...place,
  api: z.enum(['responses', 'chat']),
  /** Missing at fidelity `response-only`. */
  request: z.strictObject({ path: z.string(), body: sortedJsonSchema }).exactOptional(),
  answer: z.strictObject({
    status: z.int().min(200).max(599),
    retryAfter: z.string().exactOptional(),
    body: bodySchema,
  }),
});
/** One call of OpenAI's API. */
export type OpenAiExchange = z.infer<typeof openAiSchema>;
/** The same, wherever it was recorded. */
export type OpenAiCall = Pick<OpenAiExchange, 'api' | 'request' | 'answer'>;

export const semanticSchema = z.strictObject({
  t: z.literal('semantic'),
  ...place,
  model: z.string(),
  request: sortedJsonSchema,
  answer: sortedJsonSchema,
  finishReasons: z.array(z.string()),
  usage: z.strictObject({ input: z.number().exactOptional(), output: z.number().exactOptional() }),
});
export type SemanticExchange = z.infer<typeof semanticSchema>;

export const importedExchangeSchema = z.discriminatedUnion('t', [openAiSchema, semanticSchema]);
/** A call as another tool recorded it. */
export type ImportedExchange = z.infer<typeof importedExchangeSchema>;
