import { z } from 'zod';
import { sortedJsonSchema } from '../format/json.ts';
import { importedVersion } from '../format/recording.ts';

/**
 * How much of what happened an import still holds.
 *
 * - `wire`: requests and answers as they went over the network
 * - `call`: requests and answers as an SDK handed them on
 * - `response-only`: answers, and nothing of what was asked
 * - `semantic`: what was said, in the words of whoever observed it
 */
const fidelitySchema = z.enum(['wire', 'call', 'response-only', 'semantic']);
export type Fidelity = z.infer<typeof fidelitySchema>;

export const importedHeaderSchema = z.strictObject({
  t: z.literal('recording'),
  v: z.literal(importedVersion),
  name: z.string().min(1),
  /** `imported:vcr` and the like. */
  made: z.string().regex(/^imported:.+$/),
  fidelity: fidelitySchema,
  /** Name of the file it was imported from. */
  source: z.string(),
  /** What the other tool had not kept, or could not be taken over. */
  losses: z.array(z.string()),
  toolchain: z.strictObject({ groundhog: z.string() }),
});

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

const openAiSchema = z.strictObject({
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

const semanticSchema = z.strictObject({
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
export type ImportedExchange = z.infer<typeof importedExchangeSchema>;

/** What another tool recorded: data, as it stands in our file. */
export interface ImportedRecording {
  readonly header: z.infer<typeof importedHeaderSchema>;
  readonly exchanges: readonly ImportedExchange[];
  /** Numbers of the lines that are not as they were written. */
  readonly editedLines: readonly number[];
}
