import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Host } from '../host/host.ts';
import type { TokenCounter } from '../memory/count-tokens.ts';
import type { Memory } from '../memory/memory.ts';
import type { SummaryStore } from '../memory/summary-store.ts';
import { transcriptOf } from '../memory/transcript.ts';
import type { AuditStore } from '../safety/audit.ts';
import type { Limit, LimitStore } from '../safety/limits.ts';
import type { ApprovalStore } from '../session/approval.ts';
import type { Fact, Failure, SessionEvent } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { RunOutcome, RunRequest, Steps } from '../session/runner.ts';
import type { SessionLives } from '../session/session-expiry.ts';
import type { SessionLog } from '../session/session-log.ts';
import type { AgentTeam } from './agent-team.ts';
import { auditCall } from './audit-call.ts';
import type { Agent } from './define-agent.ts';
import type { ResultCache } from './dispatch/result-cache.ts';
import type { RunMeter } from './dispatch/run-meter.ts';
import type { ExchangePlace, Exchanges, ToolCall, ToolResult } from './exchanges.ts';
import { handoffInputSchema, handoffLimit, handoffToolName } from './handoff.ts';
import { shownTools } from './live-tools.ts';
import { modelStep, steeredFacts } from './model-step.ts';
import type { CompletedTurn } from './model-turn.ts';
import { type Course, openCourse } from './run-course.ts';
import { turnFacts } from './run-facts.ts';
import { takeToolCall } from './take-tool-call.ts';
import { type OutputGuard, outputWithheld } from './withhold-turn.ts';

/** The ways out of a run. */
export interface RunOutside {
  readonly host: Host;
  readonly exchanges: Exchanges;
  readonly approvals: ApprovalStore;
  readonly control: RunControl;
  readonly audit: AuditStore;
  readonly limits: LimitStore;
  readonly limitRules: readonly Limit[];
  readonly lives: SessionLives;
  /** What must not get out; absent where nothing is looked for. */
  readonly output: OutputGuard | undefined;
}

/** One run on its way: who speaks, what has happened, and the ways out. */
export interface Run {
  readonly request: RunRequest;
  readonly receivedAt: number;
  /** Its number in the session, counted from 1. */
  readonly runOrdinal: number;
  /** The session's facts before the first model turn, the run's own message among them. */
  readonly history: readonly Fact[];
  readonly entry: Agent;
  readonly team: AgentTeam;
  readonly model: LanguageModelV4;
  readonly log: SessionLog;
  readonly steps: Steps;
  readonly meter: RunMeter;
  readonly cache: ResultCache;
  readonly places: (agent: string) => ExchangePlace;
  /** Keeps what the model is shown within a budget; without it the model is shown everything. */
  readonly memory?: RunMemory;
}

/** What a run remembers of the session, and what it needs to go on remembering. */
export interface RunMemory {
  readonly budgetTokens: number;
  readonly counter: TokenCounter;
  /** Writes the summaries, instead of the run's own model. */
  readonly model: LanguageModelV4 | undefined;
  /** What earlier runs have folded: `history` begins behind it. */
  readonly remembered: Memory | undefined;
  readonly summaries: Pick<SummaryStore, 'add'>;
  /** The log of what is folded, behind `after`. */
  readonly readEvents: (after: number) => Promise<readonly Pick<SessionEvent, 'seq' | 'fact'>[]>;
}

/**
 * The loop: the model speaks, its calls are answered, until it asks for nothing more. Pure but for its steps and the
 * log, both of which do nothing the second time: run again after a crash, it goes the same way to where it was. A run that
 * has come some way brings its course.
 */
export async function runAgent(
  run: Run,
  outside: RunOutside,
  { names, context, ...course }: Course = openCourse(run, outside),
): Promise<RunOutcome> {
  let agent = run.entry;
  const turns = new Map<string, number>();
  const done: ToolCall[] = [];
  const shown = shownTools(run.history);
  let readUpTo = lastRead(run.history, run.runOrdinal);
  let handoffsLeft = handoffLimit;
  const tell = async (step: string, told: readonly Fact[]): Promise<void> => {
    for (const fact of told) shown.note(fact);
    readUpTo = lastRead(told, readUpTo);
    await course.tell(step, told);
  };
  while ((turns.get(agent.name) ?? 0) < agent.turnLimit) {
    const overBudget = run.meter.refusedTurn();
    if (overBudget !== undefined) return failRun(run, { step: 'end', agent, error: overBudget });
    turns.set(agent.name, (turns.get(agent.name) ?? 0) + 1);
    const cramped = await context.makeRoom(agent);
    if (cramped !== undefined) return failRun(run, { step: 'end', agent, error: cramped });
    const step = names('model');
    const next = { run, step, agent, context, readUpTo, shown: shown.to(agent) };
    const { turn, read, changed = [], endedAt } = await modelStep(next, outside);
    if (turn.kind === 'failed') return failRun(run, { step, agent, error: turn.error });
    if (turn.kind === 'cancelled') return cancelRun(run, { step, agent, done });
    if (turn.kind === 'withheld') {
      const { codes } = turn;
      await tell(step, [{ type: 'output-withheld', agent: agent.name, codes: [...codes] }]);
      return failRun(run, { step: 'end', agent, error: outputWithheld });
    }
    const steered = steeredFacts(read);
    if (turn.kind === 'postponed') {
      await tell(step, steered);
      continue;
    }
    const use = context.use(agent, transcriptOf(steered));
    await tell(step, [...changed, ...steered, ...turnFacts(turn, agent, use)]);
    run.meter.countTurn(turn.usage);
    await auditRefused({ run, step, agent, turn, endedAt }, outside);
    if (turn.calls.length === 0 && turn.refusedCalls.length === 0) {
      const { text } = turn;
      await tell('end', [{ type: 'run-completed', agent: agent.name, text }]);
      return { kind: 'answered', agent: agent.name, text };
    }
    const speaker = agent;
    let cancelledAt: number | undefined;
    for (const call of turn.calls) {
      const taken = { run, agent: speaker, call, names, tell, readUpTo, handoffsLeft, cancelledAt };
      const { result, isEffect, ...settled } = await takeToolCall(taken, outside);
      cancelledAt ??= settled.cancelledAt;
      if (isEffect) done.push(call);
      const successor = nextSpeaker(call, result, run);
      if (successor !== undefined) handoffsLeft -= 1;
      agent = successor ?? agent;
    }
    if (cancelledAt !== undefined) return cancelRun(run, { step: 'end', agent, done });
  }
  const error = {
    code: 'TURN_LIMIT_REACHED',
    message: `${agent.name} gave no answer within ${agent.turnLimit} turns`,
  };
  return failRun(run, { step: 'end', agent, error });
}

/** Calls that the SDK has refused (no such tool, input that does not fit) never reach the dispatcher and are audited here. */
async function auditRefused(
  refused: {
    readonly run: Run;
    readonly step: string;
    readonly agent: Agent;
    readonly turn: CompletedTurn;
    readonly endedAt: number;
  },
  { audit }: RunOutside,
): Promise<void> {
  const { run, step, agent, turn, endedAt } = refused;
  const { sessionId, runId, principal } = run.request;
  for (const [index, { error, ...call }] of turn.refusedCalls.entries()) {
    const idempotencyKey = `${sessionId}/${runId}/${step}/refused#${index + 1}`;
    const context = { sessionId, runId, principal, idempotencyKey };
    await auditCall({ agent, call, context, result: { kind: 'failed', error }, endedAt }, audit);
  }
}

/** Ordinal of the last run whose message has been read, by what these facts say. */
function lastRead(facts: readonly Fact[], before: number): number {
  return facts.reduce(
    (last, fact) => (fact.type === 'message-steered' ? Math.max(last, fact.runOrdinal) : last),
    before,
  );
}

function nextSpeaker(call: ToolCall, result: ToolResult, run: Run): Agent | undefined {
  if (call.tool !== handoffToolName || result.kind === 'failed') return undefined;
  return run.team.get(handoffInputSchema.parse(call.input).to);
}

/** Ends a run that cannot go on. */
export async function failRun(
  run: Run,
  { step, agent, error }: { readonly step: string; readonly agent: Agent; readonly error: Failure },
): Promise<RunOutcome> {
  await run.log.append(step, [{ type: 'run-failed', agent: agent.name, error }]);
  return { kind: 'failed', agent: agent.name, error };
}

/** Ends a run at a step's boundary because it was asked to, and says what stands. */
export async function cancelRun(
  run: Run,
  ended: { readonly step: string; readonly agent: Agent; readonly done: readonly ToolCall[] },
): Promise<RunOutcome> {
  const agent = ended.agent.name;
  const done = ended.done.map(({ tool, callId }) => ({ tool, callId }));
  await run.log.append(ended.step, [{ type: 'run-cancelled', agent, done }]);
  return { kind: 'cancelled', agent, done: done.map(({ tool }) => tool) };
}
