import { z } from 'zod';
import { sortedJsonSchema } from './json.ts';

export const modelFailureSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  statusCode: z.int().exactOptional(),
  /** How long the provider asked to be left alone, where it said so. */
  retryAfterMs: z.int().nonnegative().exactOptional(),
  /** In calls: what the error is called, where its code does not say it. */
  name: z.string().exactOptional(),
  /** In calls: what the provider said of it, or what was in its stream in the place of an error. */
  data: sortedJsonSchema.exactOptional(),
});
/** How a model call failed. */
export type ModelFailure = z.infer<typeof modelFailureSchema>;
