import { z } from 'zod';
import { type Json, jsonSchema, principalSchema, type SessionEvent } from './event.ts';
import type { RunRequest, StepName } from './runner.ts';

// A session as a database holds it: what its runs were asked, the result of every step they have saved, and what they told.
// Read whole, and never written.

/** What a step came to, in whichever life. */
export interface SavedStep {
  readonly name: StepName;
  /** JSON. */
  readonly output: unknown;
  /** Milliseconds since the epoch, by the clock of the process that ran it. */
  readonly startedAt: number;
}

/** What runs carry for whoever reads them later, by name. Nothing that a run does goes by it. */
export type RunAttributes = Readonly<Record<string, Json>>;
export const runAttributesSchema = z.record(z.string(), jsonSchema);

export interface SavedRun {
  readonly request: RunRequest;
  /** As the process carried them by which it was started. */
  readonly attributes: RunAttributes;
  /** `broken`: it ended, and not by its own word. */
  readonly ending: 'open' | 'settled' | 'broken';
  /** In the order in which the run came to them. */
  readonly steps: readonly SavedStep[];
}

export interface SavedSession {
  readonly sessionId: string;
  /** Of the present epoch, those of sub-agents among them: what was cleared is not read, whatever is still kept of it. */
  readonly runs: readonly SavedRun[];
  readonly events: readonly SessionEvent[];
}

/** What a run was started with, read back. */
export const runRequestSchema: z.ZodType<RunRequest> = z.object({
  runId: z.string(),
  sessionId: z.string(),
  text: z.string(),
  principal: principalSchema,
  mode: z.literal('steer').exactOptional(),
  delegation: z
    .object({
      agent: z.string(),
      number: z.int(),
      runOrdinal: z.int(),
      receivedAt: z.number(),
      concurrency: z.number(),
    })
    .exactOptional(),
});
