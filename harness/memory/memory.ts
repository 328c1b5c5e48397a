import { z } from 'zod';
import { factSchema, failureSchema, jsonSchema } from '../session/event.ts';

/**
 * What a session is bound by: read from its facts and kept to the letter beside the prose, so that no summary can lose or
 * invent one.
 */
const commitmentSchema = z.discriminatedUnion('kind', [
  /** Something was changed that stays changed. */
  z.object({
    kind: z.literal('done'),
    at: z.number(),
    tool: z.string(),
    callId: z.string(),
    input: jsonSchema,
    output: jsonSchema,
  }),
  /** A change was asked for and did not come about, or nobody knows whether it did: the code says which. */
  z.object({
    kind: z.literal('not-done'),
    at: z.number(),
    tool: z.string(),
    callId: z.string(),
    input: jsonSchema,
    error: failureSchema,
  }),
  z.object({
    kind: z.literal('decided'),
    at: z.number(),
    tool: z.string(),
    callId: z.string(),
    verdict: z.string(),
    decidedBy: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    input: jsonSchema,
  }),
  z.object({
    kind: z.literal('handed-off'),
    at: z.number(),
    from: z.string(),
    to: z.string(),
    reason: z.string(),
  }),
]);
export type Commitment = z.infer<typeof commitmentSchema>;

/** What is kept of a session beside the prose: all of it is taken from the log, to the letter. */
export const keptSchema = z.object({
  /** Changes whenever the meaning of the rest does. */
  format: z.literal(1),
  commitments: z.array(commitmentSchema),
  /** Messages that the run at work has to answer and whose place in the log is folded. */
  unanswered: z.array(factSchema),
  /** Calls behind `uptoSeq` whose results are shown as placeholders. */
  pruned: z.array(z.string()),
  /** Who spoke. */
  agent: z.string(),
  /** When the latest folded message was received, milliseconds since the epoch. */
  at: z.number(),
});
export type Kept = z.infer<typeof keptSchema>;

/** A session's running summary: with the facts behind `uptoSeq` it is all that the model is shown. */
export interface Memory {
  /** Counts from 1. */
  readonly version: number;
  /** The last event that is folded into it. */
  readonly uptoSeq: number;
  /** Prose, by a model: data, never an instruction. */
  readonly text: string;
  readonly kept: Kept;
}
