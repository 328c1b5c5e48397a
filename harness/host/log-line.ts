import { z } from 'zod';

const optionalText = z.string().optional();
const optionalCount = z.number().optional();

/**
 * What a line of the log may hold: names, numbers, codes. What people, models and tools said, what they were asked with,
 * and keys have no field here, and what has no field is not written.
 */
export const logFieldsSchema = z.object({
  sessionId: optionalText,
  runId: optionalText,
  step: optionalText,
  /** Number of the event in its session. */
  seq: optionalCount,
  traceId: optionalText,
  agent: optionalText,
  tool: optionalText,
  callId: optionalText,
  /** Of a call that was answered from the run's own results. */
  cached: z.boolean().optional(),
  /** Of a migration: the version before. */
  from: optionalText,
  /** Of a hand-off: the agent that takes over; of a migration: the version after. */
  to: optionalText,
  finishReason: optionalText,
  verdict: optionalText,
  /** From the run's event before this one to this one, by the database's clock. */
  latencyMs: optionalCount,
  inputTokens: optionalCount,
  outputTokens: optionalCount,
  /** Of a compaction. */
  tokensBefore: optionalCount,
  tokensAfter: optionalCount,
  prefixLost: optionalCount,
  /** Class of the error, such as `ModelCallError`. */
  errorType: optionalText,
  errorCode: optionalText,
  /** The frames alone: an error's message may quote what it was given. */
  stack: z.array(z.string()).optional(),
  /** Of a request to the server. */
  method: optionalText,
  route: optionalText,
  status: optionalCount,
  host: optionalText,
  port: optionalCount,
  /** Who runs: of runs and workers. */
  executorId: optionalText,
  /** Of a finding: what kinds of thing were found, never the thing. */
  kinds: z.array(z.string()).optional(),
  count: optionalCount,
});
export type LogFields = z.infer<typeof logFieldsSchema>;

/** One line of the log, parsed. */
export const logLineSchema = logFieldsSchema
  .extend({
    level: z.enum(['info', 'warn']),
    /** Milliseconds since the epoch. */
    time: z.number(),
    /** What happened, such as `tool-completed`: never a sentence with values in it. */
    event: z.string().regex(/^[a-z][a-z0-9-]*$/),
  })
  .strict();
export type LogLine = z.infer<typeof logLineSchema>;
