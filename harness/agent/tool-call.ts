import type { Host } from '../host/host.ts';
import type { Limit, LimitStore } from '../safety/limits.ts';
import { redactText } from '../safety/redact.ts';
import type { Failure } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { Steps } from '../session/runner.ts';
import type { SessionTransaction } from '../session/session-store.ts';
import type { SteeringReader } from '../session/steering.ts';
import type { CallContext, Tool, TransactionalTool } from '../tools/define-tool.ts';
import { mishapOf } from '../tools/retry-policy.ts';
import { changesNothing } from '../tools/tool-cache.ts';
import type { Agent } from './define-agent.ts';
import { type Attempt, type Attempted, attempt, attemptRead } from './dispatch/attempt.ts';
import { refusedByLimits } from './dispatch/call-limits.ts';
import {
  effectUnknown,
  failureOf,
  notBegun,
  notPermitted,
  removed,
  stale,
} from './dispatch/failures.ts';
import { fencedRecords } from './dispatch/fenced-records.ts';
import type { ResultCache } from './dispatch/result-cache.ts';
import { actUnkeyed } from './dispatch/unkeyed-effect.ts';
import type { ExchangePlace, Exchanges, ToolCall, ToolOutcome, ToolResult } from './exchanges.ts';
import { handoffLimitReached, handoffTool, handoffToolName } from './handoff.ts';

export interface Dispatch {
  readonly step: string;
  readonly place: ExchangePlace;
  readonly agent: Agent;
  readonly call: ToolCall;
  readonly context: CallContext;
  /** Before an effect begins, messages for the run are looked for: the model may decide otherwise when it has read them. */
  readonly reader: SteeringReader;
  readonly handoffsLeft: number;
  /** What the world must still be for a call that a person has approved; absent before anybody was asked. */
  readonly approvedState?: string;
  /** Whether the tool that the model was offered has been removed since. */
  readonly isRemoved: boolean;
  /** Why the run's budget does not admit it. */
  readonly overBudget?: Failure;
  /** What the run was answered before. */
  readonly cache: Pick<ResultCache, 'find'>;
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
  /** Whether it has changed something that cancelling the run does not undo. */
  readonly isEffect: boolean;
}

/** The one door through which every tool call goes: permission, approval, limits, effect class, time, retries. A failure is an outcome. */
export async function callTool(
  dispatch: Dispatch,
  steps: Steps,
  outside: Outside,
): Promise<TakenCall> {
  const { step, place, agent, call } = dispatch;
  const tool = toolNamed(call.tool, agent);
  const dispatched = tool === undefined ? call : { ...call, effect: tool.effect };
  const through = async (execute: () => Promise<ToolOutcome>): Promise<TakenCall> => {
    let outcome: ToolOutcome;
    if (tool?.deprecated !== undefined) {
      outside.host.log.warn('tool-deprecated', whereOf(dispatch));
    }
    try {
      outcome = await outside.exchanges.tool(place, dispatched, execute);
    } catch (error) {
      outcome = { kind: 'failed', error: failureOf(error) };
    }
    const isEffect = outcome.kind === 'completed' && changesSomething(tool);
    return { outcome, endedAt: outside.host.clock.now(), isEffect };
  };
  const refusal = refusalOf(tool, dispatch);
  if (tool === undefined || refusal !== undefined) {
    return steps.run(step, () =>
      through(async () => ({ kind: 'failed', error: refusal ?? noTool(dispatch) })),
    );
  }
  if (tool.effect === 'transactional') {
    return steps.transact(step, (records) =>
      through(() => actWithin(records, { tool, dispatch }, outside)),
    );
  }
  return steps.run(step, () => through(() => act(tool, dispatch, outside)));
}

/** What it writes is committed with the step; what it wrote before it failed or was over time is undone. */
async function actWithin(
  records: SessionTransaction,
  { tool, dispatch }: { tool: TransactionalTool<unknown, unknown>; dispatch: Dispatch },
  { host, limitRules }: Outside,
): Promise<ToolResult> {
  const { call, context, reader } = dispatch;
  const { isCancelRequested, steering } = await records.look(context.runId, reader);
  if (isCancelRequested) return notBegun(call, 'cancelled');
  if (steering.length > 0) return notBegun(call, 'steered');
  const limited = { tool, call, context, nowMs: host.clock.now() };
  // On the step's own connection: a second one would wait for it on a single-backend database.
  const refusal = await records.undoIfThrown(() =>
    refusedByLimits(limited, { use: records.useLimits }, limitRules),
  );
  if (refusal !== undefined) return { kind: 'failed', error: refusal };
  const { undoIfThrown } = records;
  const attempting = { ...attemptAt(tool, dispatch, host), undoIfThrown };
  const attempted = await attempt(attempting, (signal) => {
    const fenced = fencedRecords(records, signal);
    return tool.execute(call.input, { ...context, records: fenced, signal });
  });
  return known(attempted, call);
}

/** Asks for approval where it is needed and not given, and acts otherwise. */
async function act(
  tool: Exclude<Tool, { effect: 'transactional' }>,
  dispatch: Dispatch,
  { host, control, limits, limitRules }: Outside,
): Promise<ToolOutcome> {
  const { step, call, context, approvedState, reader, cache } = dispatch;
  const trying = attemptAt(tool, dispatch, host);
  const judged = await attemptRead(trying, async (signal) =>
    tool.approval?.(call.input, { ...context, signal }),
  );
  if (judged.kind !== 'done') return { kind: 'failed', error: failureOf(judged.error) };
  const { value: need } = judged;
  if (need !== undefined && approvedState === undefined) {
    const { steering } = await control.look(context.runId, reader);
    if (steering.length > 0) return notBegun(call, 'steered');
    const reason = redactText(need.reason, { profile: 'stored' }).value;
    return { kind: 'approval-required', need: { ...need, reason } };
  }
  // What the decider changed may need nobody any more; what still does must find the world as it was judged.
  const isApproved = need === undefined || need.stateVersion === approvedState;
  if (approvedState !== undefined && !isApproved) {
    return { kind: 'failed', error: stale(call) };
  }
  const nowMs = host.clock.now();
  const output = cache.find(tool, call, nowMs);
  if (output !== undefined) return { kind: 'completed', output, cached: true };
  const refusal = await refusedByLimits({ tool, call, context, nowMs }, limits, limitRules);
  if (refusal !== undefined) return { kind: 'failed', error: refusal };
  if (tool.effect === 'unkeyed') {
    const intent = `${context.sessionId}/${context.runId}/${step}`;
    return actUnkeyed({ tool, call, context, intent, attempt: trying, reader }, control);
  }
  if (tool.effect === 'keyed') {
    // What an earlier life began is done again: the world knows it by its key.
    const effect = { key: context.idempotencyKey, runId: context.runId };
    const beginning = await control.beginEffect(effect, reader);
    if (beginning === 'steered' || beginning === 'cancelled') return notBegun(call, beginning);
  }
  const attempted = await attempt(trying, (signal) =>
    tool.execute(call.input, { ...context, signal }),
  );
  return known(attempted, call);
}

/** Only an effect without a key is ever left unknown. */
function known(attempted: Attempted, call: ToolCall): ToolResult {
  if (attempted.kind !== 'unknown') return attempted;
  return { kind: 'failed', error: effectUnknown(call, attempted.error.message) };
}

/** Only what this agent may call exists for it, whatever the model was shown. */
export function toolNamed(name: string, agent: Agent): Tool | undefined {
  if (name === handoffToolName && agent.handoffs.length > 0) return handoffTool(agent);
  return agent.tools.find((tool) => tool.name === name && tool.agents.includes(agent.name));
}

function refusalOf(
  tool: Tool | undefined,
  { agent, call, context, isRemoved, overBudget, handoffsLeft }: Dispatch,
): Failure | undefined {
  if (tool === undefined) return noTool({ agent, call, isRemoved });
  if (call.tool === handoffToolName && handoffsLeft === 0) return handoffLimitReached;
  const { role } = context.principal;
  if (tool.roles === undefined || tool.roles.includes(role)) return overBudget;
  return {
    code: 'TOOL_NOT_PERMITTED',
    message: `${call.tool} may be used for ${tool.roles.join(', ')}, not for ${role}.`,
  };
}

const noTool = ({
  agent,
  call,
  isRemoved,
}: Pick<Dispatch, 'agent' | 'call' | 'isRemoved'>): Failure =>
  isRemoved ? removed(call) : notPermitted(call, agent);

const changesSomething = (tool: Tool | undefined): boolean =>
  tool !== undefined && !changesNothing(tool.effect);

function attemptAt(tool: Tool, dispatch: Dispatch, host: Pick<Host, 'clock' | 'log'>): Attempt {
  return {
    tool,
    host,
    onThrown: (error) => {
      if (mishapOf(error) === 'refused') return;
      host.log.warn('tool-threw', { ...whereOf(dispatch), error });
    },
  };
}

function whereOf({ step, agent, call, context }: Dispatch): Readonly<Record<string, string>> {
  const { sessionId, runId } = context;
  const { tool, callId } = call;
  return { sessionId, runId, step, agent: agent.name, tool, callId };
}
