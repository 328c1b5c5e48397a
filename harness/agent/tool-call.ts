import { ZodError, z } from 'zod';
import { HarnessError } from '../host/harness-error.ts';
import type { Clock, Host } from '../host/host.ts';
import { type Limit, type LimitStore, type Use, useLimits } from '../safety/limits.ts';
import { redact, redactText } from '../safety/redact.ts';
import { type Failure, jsonSchema } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { Steps } from '../session/runner.ts';
import type { SessionTransaction } from '../session/session-store.ts';
import type { Tool, ToolContext, UnkeyedTool } from '../tools/define-tool.ts';
import { RetryableToolError } from '../tools/retryable-tool-error.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';
import type { Agent } from './define-agent.ts';
import type { ExchangePlace, Exchanges, ToolCall, ToolOutcome, ToolResult } from './exchanges.ts';
import { handoffTool, handoffToolName } from './handoff.ts';

/** How often a tool that says "try again" is tried, and how long the first pause is; each further one doubles. */
const attemptLimit = 3;
const firstPauseMs = 200;

export interface Dispatch {
  readonly step: string;
  readonly place: ExchangePlace;
  readonly agent: Agent;
  readonly call: ToolCall;
  readonly context: ToolContext;
  /** What the world must still be for a call that a person has approved; absent before anybody was asked. */
  readonly approvedState?: string;
}

export interface Outside {
  readonly host: Pick<Host, 'clock' | 'log'>;
  readonly exchanges: Exchanges;
  readonly control: RunControl;
  readonly limits: LimitStore;
  /** What the calls of this harness fall under. */
  readonly limitRules: readonly Limit[];
}

/** Saved as the result of a call's step. */
export interface TakenCall {
  readonly outcome: ToolOutcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** The one door through which every tool call goes: permission, approval, effect class, retries. A failure is an outcome. */
export async function callTool(
  dispatch: Dispatch,
  steps: Steps,
  outside: Outside,
): Promise<TakenCall> {
  const { step, place, agent, call, context } = dispatch;
  const tool = toolNamed(call.tool, agent);
  const answer = async (execute: () => Promise<ToolOutcome>): Promise<ToolOutcome> => {
    try {
      return await outside.exchanges.tool(place, call, execute);
    } catch (error) {
      return { kind: 'failed', error: failureOf(error) };
    }
  };
  const through = async (execute: () => Promise<ToolOutcome>): Promise<TakenCall> => {
    const outcome = await answer(execute);
    return { outcome, endedAt: outside.host.clock.now() };
  };
  const refusal = refusalOf(tool, dispatch);
  if (tool === undefined || refusal !== undefined) {
    return steps.run(step, () =>
      through(async () => ({ kind: 'failed', error: refusal ?? notPermitted(call, agent) })),
    );
  }
  if (tool.effect === 'transactional') {
    const executeIn = (records: SessionTransaction): Promise<ToolResult> =>
      attempt(
        () => records.undoIfThrown(() => tool.execute(call.input, { ...context, records })),
        trying(dispatch, outside.host),
      );
    return steps.transact(step, (records) => through(() => executeIn(records)));
  }
  return steps.run(step, () => through(() => act(tool, dispatch, outside)));
}

/** Asks for approval where it is needed and not given, and acts otherwise. */
async function act(
  tool: Exclude<Tool, { effect: 'transactional' }>,
  dispatch: Dispatch,
  { host, control, limits, limitRules }: Outside,
): Promise<ToolOutcome> {
  const { call, context, approvedState } = dispatch;
  const attempting = trying(dispatch, host);
  try {
    const need = await tool.approval?.(call.input, context);
    if (need !== undefined && approvedState === undefined)
      return { kind: 'approval-required', need };
    // What the decider changed may need nobody any more; what still does must find the world as it was judged.
    const isApproved = need === undefined || need.stateVersion === approvedState;
    if (approvedState !== undefined && !isApproved) {
      return { kind: 'failed', error: stale(call) };
    }
  } catch (error) {
    attempting.onThrown(error);
    return { kind: 'failed', error: failureOf(error) };
  }
  const verdict = await useLimits(
    { store: limits, limits: limitRules },
    useOf(call, context),
    host.clock.now(),
  );
  if (verdict.kind === 'refused') return { kind: 'failed', error: verdict.failure };
  const execute = (): Promise<ToolResult> =>
    attempt(() => tool.execute(call.input, context), attempting);
  if (tool.effect !== 'unkeyed') return execute();
  const isFirst = await control.beginEffect(context.sessionId, context.idempotencyKey);
  return isFirst ? execute() : reconcile(tool, { call, context }, execute);
}

/** An earlier life began this effect and did not live to say what came of it. */
async function reconcile(
  tool: UnkeyedTool<unknown, unknown>,
  { call, context }: Pick<Dispatch, 'call' | 'context'>,
  execute: () => Promise<ToolResult>,
): Promise<ToolResult> {
  if (tool.reconcile === undefined) return { kind: 'failed', error: effectUnknown(call) };
  try {
    const found = await tool.reconcile(call.input, context);
    if (!found.happened) return await execute();
    return { kind: 'completed', output: jsonSchema.parse(found.output) };
  } catch {
    // Whatever kept it from finding out, what matters is that it is not known.
    return { kind: 'failed', error: effectUnknown(call) };
  }
}

function useOf({ tool }: ToolCall, { idempotencyKey, principal }: ToolContext): Use {
  const { id, tenant } = principal;
  return { key: idempotencyKey, tenant, principal: id, tool, amounts: { calls: 1 } };
}

/** Only what this agent may call exists for it, whatever the model was shown. */
function toolNamed(name: string, agent: Agent): Tool | undefined {
  if (name === handoffToolName && agent.handoffs.length > 0) return handoffTool(agent);
  return agent.tools.find((tool) => tool.name === name && tool.agents.includes(agent.name));
}

function refusalOf(
  tool: Tool | undefined,
  { agent, call, context }: Dispatch,
): Failure | undefined {
  if (tool === undefined) return notPermitted(call, agent);
  const { role } = context.principal;
  if (tool.roles === undefined || tool.roles.includes(role)) return undefined;
  return {
    code: 'TOOL_NOT_PERMITTED',
    message: `${call.tool} may be used for ${tool.roles.join(', ')}, not for ${role}.`,
  };
}

function notPermitted(call: ToolCall, agent: Agent): Failure {
  return {
    code: 'TOOL_NOT_PERMITTED',
    message: `${agent.name} cannot use ${call.tool}; it may use ${agent.tools.map((tool) => tool.name).join(', ')}.`,
  };
}

const stale = ({ tool }: ToolCall): Failure => ({
  code: 'APPROVAL_STALE',
  message: `What the approval of ${tool} was judged by has changed since; ask again.`,
});

const effectUnknown = ({ tool }: ToolCall): Failure => ({
  code: 'EFFECT_UNKNOWN',
  message: `${tool} was begun before an interruption and nobody knows whether it happened; a person has to find out.`,
});

interface Trying {
  readonly clock: Clock;
  readonly onThrown: (error: unknown) => void;
}

/** A refusal is the model's to know; what a tool throws beside that is also for whoever keeps the tool. */
function trying(
  { step, agent, call, context }: Dispatch,
  { clock, log }: Pick<Host, 'clock' | 'log'>,
): Trying {
  const { sessionId, runId } = context;
  const { tool, callId } = call;
  return {
    clock,
    onThrown: (error) => {
      if (error instanceof ToolRefusal || error instanceof ZodError) return;
      log.warn('tool-threw', { sessionId, runId, step, agent: agent.name, tool, callId, error });
    },
  };
}

async function attempt(
  execute: () => Promise<unknown>,
  { clock, onThrown }: Trying,
): Promise<ToolResult> {
  for (let tries = 1; ; tries += 1) {
    try {
      // What must not be kept is taken out before anything is: the result is about to be saved.
      const output = redact(jsonSchema.parse(await execute()), { profile: 'stored' }).value;
      return { kind: 'completed', output };
    } catch (error) {
      onThrown(error);
      if (!(error instanceof RetryableToolError) || tries === attemptLimit) {
        return { kind: 'failed', error: failureOf(error) };
      }
      await clock.sleep(firstPauseMs * 2 ** (tries - 1));
    }
  }
}

/** What the model is told. A refusal speaks for itself; a bug in a tool tells its kind and not its innards. */
function failureOf(error: unknown): Failure {
  if (HarnessError.isInstance(error)) return { code: error.code, message: safe(error.message) };
  if (error instanceof ZodError) {
    return { code: 'TOOL_VALUE_INVALID', message: safe(z.prettifyError(error)) };
  }
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'TOOL_BROKEN', message: `The tool failed (${kind}).` };
}

/** A message may repeat what the tool was given. */
const safe = (message: string): string => redactText(message, { profile: 'stored' }).value;
