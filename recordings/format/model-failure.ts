import { z } from 'zod';

export const modelFailureSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  statusCode: z.int().exactOptional(),
  /** How long the provider asked to be left alone, where it said so. */
  retryAfterMs: z.int().nonnegative().exactOptional(),
});
/** How a model call failed. */
export type ModelFailure = z.infer<typeof modelFailureSchema>;
