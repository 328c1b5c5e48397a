import { z } from 'zod';
import { factSchema, jsonSchema } from '#harness';

const approvalSchema = z.object({
  approvalId: z.string(),
  tenant: z.string(),
  sessionId: z.string(),
  runId: z.string(),
  callId: z.string(),
  tool: z.string(),
  arguments: jsonSchema,
  stateVersion: z.string(),
  requestedBy: z.string(),
  roles: z.array(z.string()),
  reason: z.string(),
  requestedAt: z.number(),
  expiresAt: z.number(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'cancelled', 'consumed']),
  decidedBy: z.string().exactOptional(),
  decisionReason: z.string().exactOptional(),
  editedArguments: jsonSchema.exactOptional(),
  decidedAt: z.number().exactOptional(),
});

const eventSchema = z.object({
  sessionId: z.string(),
  seq: z.number(),
  runId: z.string(),
  step: z.string(),
  ordinal: z.number(),
  storedAt: z.number(),
  fact: factSchema,
});

/** What a session came to, as its worker found it in the database when it ended. */
export const observedSessionSchema = z.object({
  sessionId: z.string(),
  outcomes: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('answered'), agent: z.string(), text: z.string() }),
      z.object({
        kind: z.literal('failed'),
        agent: z.string(),
        error: z.object({ code: z.string(), message: z.string() }),
      }),
      z.object({ kind: z.literal('steered'), takenBy: z.string() }),
      z.object({ kind: z.literal('cancelled'), agent: z.string(), done: z.array(z.string()) }),
    ]),
  ),
  events: z.array(eventSchema),
  cleared: z.array(eventSchema).exactOptional(),
  deltas: z.array(
    z.object({
      sessionId: z.string(),
      runId: z.string(),
      step: z.string(),
      attempt: z.number(),
      ordinal: z.number(),
      text: z.string(),
    }),
  ),
  records: z.array(z.object({ collection: z.string(), key: z.string(), value: z.unknown() })),
  approvals: z.array(approvalSchema),
  audit: z
    .array(z.object({ key: z.string(), action: z.string(), subject: z.string() }))
    .exactOptional(),
  pendingRuns: z.array(z.string()),
  savedSteps: z.array(
    z.object({ run: z.number(), sub: z.number().exactOptional(), step: z.string() }),
  ),
  /** Of this life only. */
  modelCalls: z.array(z.object({ lane: z.string(), ordinal: z.number() })),
});
