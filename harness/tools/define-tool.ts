import type { z } from 'zod';
import type { Principal } from '../session/event.ts';
import type { RecordReader, RecordWriter } from '../session/session-store.ts';

/**
 * What a tool changes outside the run, and so what a crash may do to it:
 * `read` and `compute` change nothing; `transactional` writes only session records, committed with the step itself;
 * `keyed` changes the outside world, which deduplicates by the idempotency key.
 */
export type EffectClass = 'read' | 'compute' | 'transactional' | 'keyed';

export interface ToolContext {
  readonly sessionId: string;
  readonly runId: string;
  readonly principal: Principal;
  /** When the run's message was received, milliseconds since the epoch: the run's own time, the same in every life. */
  readonly now: number;
  /** Names this effect by what it is (session, run, tool, call): the same in every life, different for every call. */
  readonly idempotencyKey: string;
  readonly records: RecordReader;
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
}

export interface PlainTool<Input, Output> extends ToolBase<Input, Output> {
  readonly effect: 'read' | 'compute' | 'keyed';
  readonly execute: (input: Input, context: ToolContext) => Promise<Output>;
}

export interface TransactionalTool<Input, Output> extends ToolBase<Input, Output> {
  readonly effect: 'transactional';
  readonly execute: (input: Input, context: TransactionalToolContext) => Promise<Output>;
}

/** A tool that checks what it is given: `execute` takes what a model sent and throws a ZodError if it does not fit. */
export type Tool = PlainTool<unknown, unknown> | TransactionalTool<unknown, unknown>;

export function defineTool<Input, Output>(tool: PlainTool<Input, Output>): Tool;
export function defineTool<Input, Output>(tool: TransactionalTool<Input, Output>): Tool;
export function defineTool<Input, Output>(
  tool: PlainTool<Input, Output> | TransactionalTool<Input, Output>,
): Tool {
  const { input, output } = tool;
  if (tool.effect === 'transactional') {
    const checked: TransactionalTool<unknown, unknown>['execute'] = async (value, context) =>
      output.parse(await tool.execute(input.parse(value), context));
    return { ...tool, execute: checked };
  }
  const checked: PlainTool<unknown, unknown>['execute'] = async (value, context) =>
    output.parse(await tool.execute(input.parse(value), context));
  return { ...tool, execute: checked };
}
