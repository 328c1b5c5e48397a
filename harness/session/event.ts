import { z } from 'zod';

export const jsonSchema = z.json();
/** What JSON can say: all that crosses a checkpoint, a file or a wire. */
export type Json = z.infer<typeof jsonSchema>;

/** Who speaks in a session: what tools may rely on to decide what this person may see. */
export const principalSchema = z.object({
  /** Stable id in the business's own terms, e.g. a customer id. */
  id: z.string().min(1),
  role: z.string().min(1),
  tenant: z.string().min(1),
});
export type Principal = z.infer<typeof principalSchema>;

const usageSchema = z.object({ inputTokens: z.number(), outputTokens: z.number() });
export type Usage = z.infer<typeof usageSchema>;

export const failureSchema = z.object({ code: z.string(), message: z.string() });
/** A failure as data: it crosses checkpoints and is shown to the model. */
export type Failure = z.infer<typeof failureSchema>;

/** What a request to a model took, by the harness's own count. */
const contextUseSchema = z.object({
  /** Of the whole request, instructions and tools with it. */
  tokens: z.number(),
  budgetTokens: z.number(),
  /** At its start, to the letter those of the request before: what a provider's cache can save. */
  sharedTokens: z.number(),
});
export type ContextUse = z.infer<typeof contextUseSchema>;

/** The facts of a run, in the past tense. What a run did is what these say, and nothing else. */
export const factSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message-received'),
    text: z.string(),
    principal: principalSchema,
    /** Milliseconds since the epoch, by the run's own clock. */
    receivedAt: z.number(),
  }),
  /** A message that came during the run and that the run has read: its own run does not answer it again. */
  z.object({
    type: z.literal('message-steered'),
    /** Names the message's own run. */
    messageId: z.string(),
    /** Which run of the session that is, counted from 1. */
    runOrdinal: z.number(),
    text: z.string(),
    principal: principalSchema,
    /** Milliseconds since the epoch. */
    receivedAt: z.number(),
  }),
  z.object({
    type: z.literal('run-started'),
    agent: z.string(),
    /** W3C trace id, rolled once and kept over every crash. */
    traceId: z.string(),
  }),
  /** The tools that an agent has are others than when it was last shown them. What was said before stays as it was. */
  z.object({
    type: z.literal('tools-changed'),
    agent: z.string(),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    /** Of every tool that it has now, by name. One of another version is in `added` and in `removed`. */
    versions: z.record(z.string(), z.string()),
  }),
  /** The session's state was of an older version of this code, and its first run since then has migrated it. */
  z.object({ type: z.literal('state-migrated'), from: z.number(), to: z.number() }),
  z.object({
    type: z.literal('model-turn-completed'),
    agent: z.string(),
    /** Fingerprint of the prompt that was in force. */
    prompt: z.string(),
    text: z.string(),
    finishReason: z.string(),
    usage: usageSchema,
    /** The turn as the AI SDK's response messages: what the next turn is shown. */
    messages: z.array(z.unknown()),
    /** Absent where the context has no budget. */
    context: contextUseSchema.exactOptional(),
  }),
  /** The context had outgrown its budget. What the model is shown from here on is version `version` and what came after it. */
  z.object({
    type: z.literal('memory-compacted'),
    version: z.number(),
    /** Events that are folded into the summary now; absent where results were left out and nothing else. */
    folded: z.object({ fromSeq: z.number(), toSeq: z.number() }).exactOptional(),
    /** Calls behind those whose results are left out. */
    pruned: z.array(z.string()),
    tokensBefore: z.number(),
    tokensAfter: z.number(),
    /** Tokens that the next request shares no more with the one before: what compaction costs a provider's cache. */
    prefixLost: z.number(),
    /** Code of the failure because of which nothing was folded. */
    degraded: z.string().exactOptional(),
    /** What the summariser has used; absent where it was not asked or did not answer. */
    usage: usageSchema.exactOptional(),
  }),
  /** A model turn said what must not get out: it was not kept, and what had been shown of it is void. */
  z.object({
    type: z.literal('output-withheld'),
    agent: z.string(),
    /** Kinds of what was found, such as `CANARY_LEAKED`. */
    codes: z.array(z.string()),
  }),
  z.object({
    type: z.literal('tool-requested'),
    agent: z.string(),
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
  }),
  z.object({
    type: z.literal('tool-completed'),
    callId: z.string(),
    tool: z.string(),
    output: jsonSchema,
    /** The run was answered so before, and the tool was not asked again. */
    cached: z.literal(true).exactOptional(),
  }),
  z.object({
    type: z.literal('tool-failed'),
    callId: z.string(),
    tool: z.string(),
    error: failureSchema,
  }),
  z.object({
    type: z.literal('approval-requested'),
    /** The step that asked: with session and run it is the approval's id, `<session>/<run>/<step>`. */
    question: z.string(),
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
    roles: z.array(z.string()),
    reason: z.string(),
    /** Milliseconds since the epoch. */
    expiresAt: z.number(),
  }),
  z.object({
    type: z.literal('approval-decided'),
    /** The step that asked: with session and run it is the approval's id, `<session>/<run>/<step>`. */
    question: z.string(),
    callId: z.string(),
    tool: z.string(),
    /** `rejected` is a person's no, `expired` nobody's answer, `cancelled` a run that no longer asks. */
    verdict: z.enum(['approved', 'rejected', 'expired', 'cancelled']),
    decidedBy: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    /** What will be done: as asked, or as the decider changed it. */
    input: jsonSchema,
  }),
  z.object({
    type: z.literal('handed-off'),
    from: z.string(),
    to: z.string(),
    reason: z.string(),
  }),
  /** A supervisor has made a plan; it is carried out once it is told. */
  z.object({
    type: z.literal('plan-made'),
    agent: z.string(),
    /** As in harness/supervision/plan.ts. */
    plan: jsonSchema,
    usage: usageSchema,
    context: contextUseSchema.exactOptional(),
  }),
  /** What a supervisor wrote cannot be used; it is asked to write it anew. */
  z.object({
    type: z.literal('answer-refused'),
    agent: z.string(),
    asked: z.enum(['plan', 'synthesis']),
    faults: z.array(z.string()),
    usage: usageSchema,
    context: contextUseSchema.exactOptional(),
  }),
  /** No plan came off, or a person decided against it: one agent takes the run by itself. */
  z.object({ type: z.literal('plan-abandoned'), agent: z.string(), reason: z.string() }),
  /** The first fact of a sub-agent's run. */
  z.object({ type: z.literal('sub-agent-started'), agent: z.string(), objective: z.string() }),
  z.object({
    type: z.literal('sub-agent-completed'),
    agent: z.string(),
    /** As in harness/supervision/finding.ts. */
    report: jsonSchema,
  }),
  z.object({ type: z.literal('sub-agent-failed'), agent: z.string(), error: failureSchema }),
  z.object({
    type: z.literal('findings-gathered'),
    agent: z.string(),
    /** As in harness/supervision/finding.ts. */
    findings: jsonSchema,
    contradictions: jsonSchema,
  }),
  z.object({
    type: z.literal('synthesis-made'),
    agent: z.string(),
    /** `rule`: no model made one, and the findings stand side by side. */
    by: z.enum(['model', 'rule']),
    /** As in harness/supervision/synthesis.ts. */
    synthesis: jsonSchema,
    usage: usageSchema,
    context: contextUseSchema.exactOptional(),
  }),
  z.object({ type: z.literal('run-completed'), agent: z.string(), text: z.string() }),
  z.object({ type: z.literal('run-failed'), agent: z.string(), error: failureSchema }),
  /** The only fact of a run whose message another run has read and answered. */
  z.object({ type: z.literal('run-steered'), takenBy: z.string() }),
  z.object({
    type: z.literal('run-cancelled'),
    agent: z.string(),
    /** Tools whose effects had happened by then: cancelling does not undo them. */
    done: z.array(z.object({ tool: z.string(), callId: z.string() })),
  }),
  /** The session takes no more messages: nobody has spoken for too long, or it has lasted as long as one may. */
  z.object({
    type: z.literal('session-expired'),
    cause: z.enum(['idle', 'lifetime']),
    /** When it was over, milliseconds since the epoch; it is told when somebody finds it so. */
    expiredAt: z.number(),
  }),
  z.object({
    type: z.literal('session-cleared'),
    /** The one that begins here, counted from 1. What was before is gone. */
    epoch: z.number(),
    /** Id of the principal who wanted it. */
    by: z.string(),
  }),
]);
export type Fact = z.infer<typeof factSchema>;

/** The place of an event in its run: the same fact told twice has the same key, so it is stored once. */
export interface EventKey {
  readonly runId: string;
  /** Name of the step that caused it. */
  readonly step: string;
  /** Index among the events of that step. */
  readonly ordinal: number;
}

export interface EventDraft extends EventKey {
  readonly fact: Fact;
}

/** A stored fact. `seq` counts from 1 within the session, without gaps but for what `session-cleared` took away. */
export interface SessionEvent extends EventDraft {
  readonly sessionId: string;
  readonly seq: number;
  /** When it was stored, milliseconds since the epoch, by the database's clock: not part of the history's meaning. */
  readonly storedAt: number;
}

/** A model turn in progress, or one that has been. */
export interface TurnReference {
  readonly sessionId: string;
  readonly runId: string;
  readonly step: string;
}

/** A piece of a model turn's text, stored while the turn goes on. Those of one attempt, joined, are the turn's text. */
export interface TextDelta extends TurnReference {
  /** Counts from 1; a later attempt replaces the deltas of an earlier one. */
  readonly attempt: number;
  readonly ordinal: number;
  readonly text: string;
}
