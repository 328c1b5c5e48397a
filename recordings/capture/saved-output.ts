import { z } from 'zod';
import {
  type DecisionOutcome,
  principalSchema,
  type SteeringMessage,
  type ToolOutcome,
} from '#harness';
import { decisionSchema, toolExchangeSchema } from '../format/recording.ts';

// What the steps of a run have saved, as far as something outside answered it. Versions before this one may have saved less.

const usageSchema = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const failureSchema = z.object({ code: z.string(), message: z.string() });
const askedSchema = z.object({ provider: z.string(), modelId: z.string(), request: z.string() });
const asked = { asked: askedSchema.optional() };

const turnSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('completed'),
    finishReason: z.string(),
    usage: usageSchema,
    messages: z.array(z.unknown()),
    refusedCalls: z.array(z.object({ callId: z.string() })),
    ...asked,
  }),
  z.object({ kind: z.literal('failed'), error: failureSchema, ...asked }),
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('withheld') }),
  z.object({ kind: z.literal('postponed') }),
]);
export type SavedTurn = z.infer<typeof turnSchema>;

/** A summary that the model has made; what it said in vain is not kept. */
const summarySchema = z.object({
  kind: z.literal('compacted'),
  memory: z.object({ text: z.string() }),
  usage: usageSchema,
  degraded: z.undefined().optional(),
  ...asked,
});
export type SavedSummary = z.infer<typeof summarySchema>;

/** A turn stands by itself, or beside what was found before it. */
const answerSchema = z.union([
  z.object({ turn: turnSchema }).transform(({ turn }) => turn),
  summarySchema,
  turnSchema,
]);
export const savedAnswer = (output: unknown): SavedTurn | SavedSummary | undefined =>
  answerSchema.safeParse(output).data;

const receptionSchema = z.looseObject({
  runOrdinal: z.int(),
  previousRunId: z.string().nullable(),
  receivedAt: z.number(),
  traceId: z.string(),
});
export type SavedReception = z.infer<typeof receptionSchema>;
/** Undefined for a run that was not let in. */
export const savedReception = (output: unknown): SavedReception | undefined =>
  receptionSchema.safeParse(output).data;

const steeringSchema = z.looseObject({
  read: z.array(
    z.object({
      messageId: z.string(),
      runOrdinal: z.int(),
      text: z.string(),
      principal: principalSchema,
      receivedAt: z.number(),
    }),
  ),
});
export const savedSteering = (
  output: unknown,
): { readonly read: readonly SteeringMessage[] } | undefined =>
  steeringSchema.safeParse(output).data;

const callSchema = z.object({ outcome: toolExchangeSchema.shape.outcome });
export const savedOutcome = (output: unknown): ToolOutcome | undefined =>
  callSchema.safeParse(output).data?.outcome;

export const savedDecision = (output: unknown): DecisionOutcome | undefined =>
  decisionSchema.safeParse(output).data;
