import { z } from 'zod';
import type { Json, Principal } from '../session/event.ts';
import type { RecordReader, RecordWriter } from '../session/session-store.ts';
import type { ToolCache } from './tool-cache.ts';
import type { ToolLimit } from './tool-limit.ts';
import { ToolOutputInvalidError } from './tool-output-invalid-error.ts';
import { ToolRefusal } from './tool-refusal.ts';

/**
 * What a tool changes outside the run, and so what a crash may do to it:
 * `read` and `compute` change nothing; `transactional` writes only session records, committed with the step itself;
 * `keyed` changes the outside world, which deduplicates by the idempotency key; `unkeyed` changes it and cannot be repeated
 * safely: what a crash leaves unknown is asked of the tool's `reconcile`, never tried again blindly.
 */
export type EffectClass = 'read' | 'compute' | 'transactional' | 'keyed' | 'unkeyed';

/** What a tool wants a person to decide before it acts. */
export interface ApprovalNeed {
  /** The decider has one of these roles, and is not the one for whom the tool acts. */
  readonly roles: readonly string[];
  /** Why, for the person who is asked. */
  readonly reason: string;
  /**
   * Fingerprint of what this was judged by. It is judged again before the tool acts and must come out the same, so what
   * stands in the world under this call's own key is left out of it: a step that runs twice has changed nothing.
   */
  readonly stateVersion: string;
}

/** What came of an effect that a crash left unknown. */
export type Reconciliation<Output> =
  | { readonly happened: true; readonly output: Output }
  | { readonly happened: false };

/** For whom and where a call is made. */
export interface CallContext {
  readonly sessionId: string;
  readonly runId: string;
  readonly principal: Principal;
  /** When the run's message was received, milliseconds since the epoch: the run's own time, the same in every life. */
  readonly now: number;
  /** Names this effect by what it is (session, run, tool, call): the same in every life, different for every call. */
  readonly idempotencyKey: string;
  readonly records: RecordReader;
}

export interface ToolContext extends CallContext {
  /** Aborts when the call's time is up: whatever the tool waits for should be given it. */
  readonly signal: AbortSignal;
}

export interface TransactionalToolContext extends ToolContext {
  readonly records: RecordWriter;
}

interface ToolBase<Input, Output> {
  readonly name: string;
  /** Changes whenever the meaning of input or output does. */
  readonly version: string;
  /** Who answers for it. */
  readonly owner: string;
  /** What the model is told. */
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** Names of the agents that may call it; a call by any other is refused, whatever the model was shown. */
  readonly agents: readonly string[];
  /** Roles of the principals for whom it may be called; everybody's when absent. */
  readonly roles?: readonly string[];
  /** How long one attempt may take, milliseconds; 30 seconds when absent. What is over time is a failure, never waited for. */
  readonly timeoutMs?: number;
  /** How much of it may be used; a harness may limit more, never less. */
  readonly limits?: readonly ToolLimit[];
  /** What a use amounts to beside one call, whole numbers by unit, e.g. `{ 'minor USD': 4900 }`: what limits count. */
  readonly amounts?: (input: Input) => Readonly<Record<string, number>>;
  /** Answers the same call of one run from its first result; for `read` and `compute` alone. Absent, every call is carried out. */
  readonly cache?: ToolCache;
  /** Why it should no longer be used, and what instead. */
  readonly deprecated?: string;
}

interface OutwardTool<Input> {
  /** Says whether a person has to decide first. It reads, and changes nothing. */
  readonly approval?: (input: Input, context: ToolContext) => Promise<ApprovalNeed | undefined>;
  /**
   * What the question is about: two calls of which it is the same ask the same, in whatever words, and after a person's no
   * the second is not asked. All of the input when absent. The yes is for the exact input all the same.
   */
  readonly approvalSubject?: (input: Input) => Json;
}

export interface PlainTool<Input, Output> extends ToolBase<Input, Output>, OutwardTool<Input> {
  readonly effect: 'read' | 'compute' | 'keyed';
  readonly execute: (input: Input, context: ToolContext) => Promise<Output>;
}

export interface UnkeyedTool<Input, Output> extends ToolBase<Input, Output>, OutwardTool<Input> {
  readonly effect: 'unkeyed';
  readonly execute: (input: Input, context: ToolContext) => Promise<Output>;
  /** Finds out, by asking the world, whether an effect happened that a crash or a lost answer left unknown. */
  readonly reconcile?: (input: Input, context: ToolContext) => Promise<Reconciliation<Output>>;
  /** Roles of the people who are asked where `reconcile` is absent or cannot tell. Without them it stays unknown. */
  readonly reconcileRoles?: readonly string[];
}

export interface TransactionalTool<Input, Output> extends ToolBase<Input, Output> {
  readonly effect: 'transactional';
  readonly execute: (input: Input, context: TransactionalToolContext) => Promise<Output>;
}

/** A tool that checks what it is given: it takes what a model sent and throws a ToolRefusal if that does not fit. */
export type Tool =
  | PlainTool<unknown, unknown>
  | UnkeyedTool<unknown, unknown>
  | TransactionalTool<unknown, unknown>;

export function defineTool<Input, Output>(tool: PlainTool<Input, Output>): Tool;
export function defineTool<Input, Output>(tool: UnkeyedTool<Input, Output>): Tool;
export function defineTool<Input, Output>(tool: TransactionalTool<Input, Output>): Tool;
export function defineTool<Input, Output>(
  tool: PlainTool<Input, Output> | UnkeyedTool<Input, Output> | TransactionalTool<Input, Output>,
): Tool {
  const taken = (value: unknown): Input => {
    const parsed = tool.input.safeParse(value);
    if (!parsed.success) {
      throw new ToolRefusal('TOOL_VALUE_INVALID', z.prettifyError(parsed.error));
    }
    return parsed.data;
  };
  const promised = (value: unknown): Output => {
    const parsed = tool.output.safeParse(value);
    if (!parsed.success) throw new ToolOutputInvalidError(tool.name, z.prettifyError(parsed.error));
    return parsed.data;
  };
  const { amounts } = tool;
  const counted: Pick<Tool, 'amounts'> =
    amounts === undefined ? {} : { amounts: (value) => amounts(taken(value)) };
  if (tool.effect === 'transactional') {
    const execute: TransactionalTool<unknown, unknown>['execute'] = async (value, context) =>
      promised(await tool.execute(taken(value), context));
    const { amounts: _, ...rest } = tool;
    return { ...rest, ...counted, execute };
  }
  const execute: PlainTool<unknown, unknown>['execute'] = async (value, context) =>
    promised(await tool.execute(taken(value), context));
  const checked = ({
    approval,
    approvalSubject: subject,
  }: OutwardTool<Input>): OutwardTool<unknown> => ({
    ...(approval && { approval: async (value, context) => approval(taken(value), context) }),
    ...(subject && { approvalSubject: (value) => subject(taken(value)) }),
  });
  if (tool.effect !== 'unkeyed') {
    const { approval: _, approvalSubject: _subject, amounts: _amounts, ...rest } = tool;
    return { ...rest, ...counted, ...checked(tool), execute };
  }
  const { approval: _, approvalSubject: _subject, amounts: _amounts, reconcile, ...rest } = tool;
  if (reconcile === undefined) return { ...rest, ...counted, ...checked(tool), execute };
  return {
    ...rest,
    ...counted,
    ...checked(tool),
    execute,
    reconcile: async (value, context) => {
      const found = await reconcile(taken(value), context);
      return found.happened ? { happened: true, output: promised(found.output) } : found;
    },
  };
}
