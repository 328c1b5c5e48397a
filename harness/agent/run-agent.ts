import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelMessage } from 'ai';
import type { Host } from '../host/host.ts';
import type { Fact, Failure } from '../session/event.ts';
import type { RunOutcome, RunRequest, Steps } from '../session/runner.ts';
import type { SessionLog } from '../session/session-log.ts';
import type { AgentTeam } from './agent-team.ts';
import type { Agent } from './define-agent.ts';
import type { ExchangePlace, Exchanges, ToolCall, ToolOutcome } from './exchanges.ts';
import { handoffInputSchema, handoffToolName } from './handoff.ts';
import { type ModelTurn, takeModelTurn } from './model-turn.ts';
import { callTool } from './tool-call.ts';
import { addToTranscript, transcriptOf } from './transcript.ts';

/** One run on its way: who speaks, what has happened, and the ways out. */
export interface Run {
  readonly request: RunRequest;
  readonly receivedAt: number;
  /** The session's facts before the first model turn, the run's own message among them. */
  readonly history: readonly Fact[];
  readonly entry: Agent;
  readonly team: AgentTeam;
  readonly model: LanguageModelV4;
  readonly log: SessionLog;
  readonly steps: Steps;
  readonly places: (agent: string) => ExchangePlace;
}

type CompletedTurn = Extract<ModelTurn, { kind: 'completed' }>;

/**
 * The loop: the model speaks, its calls are answered, until it asks for nothing more. Pure but for its steps and the
 * log, both of which do nothing the second time: run again after a crash, it goes the same way to where it was.
 */
export async function runAgent(
  run: Run,
  outside: { readonly host: Host; readonly exchanges: Exchanges },
): Promise<RunOutcome> {
  let agent = run.entry;
  const turns = new Map<string, number>();
  const messages = transcriptOf(run.history);
  const names = stepNames();
  const tell = async (step: string, told: readonly Fact[]): Promise<void> => {
    for (const fact of told) addToTranscript(messages, fact);
    await run.log.append(step, told);
  };
  while ((turns.get(agent.name) ?? 0) < agent.turnLimit) {
    turns.set(agent.name, (turns.get(agent.name) ?? 0) + 1);
    const step = names('model');
    const turn = await modelStep({ run, step, agent, messages }, outside);
    if (turn.kind === 'failed') return fail(run, { step, agent, error: turn.error });
    await tell(step, turnFacts(turn, agent));
    if (turn.calls.length === 0 && turn.refusedCalls.length === 0) {
      const { text } = turn;
      await tell('end', [{ type: 'run-completed', agent: agent.name, text }]);
      return { kind: 'answered', agent: agent.name, text };
    }
    const speaker = agent;
    for (const call of turn.calls) {
      const callStep = names(call.tool);
      const outcome = await toolStep({ run, step: callStep, agent: speaker, call }, outside);
      await tell(callStep, outcomeFacts(call, outcome, speaker));
      agent = nextSpeaker(call, outcome, run) ?? agent;
    }
  }
  const error = {
    code: 'TURN_LIMIT_REACHED',
    message: `${agent.name} gave no answer within ${agent.turnLimit} turns`,
  };
  return fail(run, { step: 'end', agent, error });
}

/** `model#1`, `model#2`, `issueRefund#1`: counted per name, so a name survives unrelated edits to the agent. */
function stepNames(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}#${count}`;
  };
}

function modelStep(
  turn: {
    readonly run: Run;
    readonly step: string;
    readonly agent: Agent;
    readonly messages: readonly ModelMessage[];
  },
  { host, exchanges }: { readonly host: Host; readonly exchanges: Exchanges },
): Promise<ModelTurn> {
  const { run, step, agent, messages } = turn;
  const place = run.places(agent.name);
  return run.steps.run(step, async () => {
    const text = await run.log.openText(step);
    const taken = await takeModelTurn(
      { agent, messages, model: exchanges.model(place, run.model), onText: text.add },
      host,
    );
    await text.flush();
    return taken;
  });
}

function toolStep(
  dispatch: {
    readonly run: Run;
    readonly step: string;
    readonly agent: Agent;
    readonly call: ToolCall;
  },
  { host, exchanges }: { readonly host: Host; readonly exchanges: Exchanges },
): Promise<ToolOutcome> {
  const { run, step, agent, call } = dispatch;
  const { sessionId, runId, principal } = run.request;
  const context = {
    sessionId,
    runId,
    principal,
    now: run.receivedAt,
    idempotencyKey: `${sessionId}/${runId}/${step}`,
    records: run.log.records,
  };
  const place = run.places(agent.name);
  return callTool({ step, place, agent, call, context }, run.steps, {
    clock: host.clock,
    exchanges,
  });
}

function turnFacts(turn: CompletedTurn, agent: Agent): Fact[] {
  const { text, finishReason, usage, messages } = turn;
  return [
    {
      type: 'model-turn-completed',
      agent: agent.name,
      prompt: agent.prompt.fingerprint,
      text,
      finishReason,
      usage,
      messages: [...messages],
    },
    ...[...turn.calls, ...turn.refusedCalls].map(({ callId, tool, input }) => ({
      type: 'tool-requested' as const,
      agent: agent.name,
      callId,
      tool,
      input,
    })),
    ...turn.refusedCalls.map(({ callId, tool, error }) => ({
      type: 'tool-failed' as const,
      callId,
      tool,
      error,
    })),
  ];
}

function outcomeFacts(
  { callId, tool, input }: ToolCall,
  outcome: ToolOutcome,
  agent: Agent,
): Fact[] {
  if (outcome.kind === 'failed')
    return [{ type: 'tool-failed', callId, tool, error: outcome.error }];
  const completed: Fact = { type: 'tool-completed', callId, tool, output: outcome.output };
  if (tool !== handoffToolName) return [completed];
  const { to, reason } = handoffInputSchema.parse(input);
  return [completed, { type: 'handed-off', from: agent.name, to, reason }];
}

function nextSpeaker(call: ToolCall, outcome: ToolOutcome, run: Run): Agent | undefined {
  if (call.tool !== handoffToolName || outcome.kind === 'failed') return undefined;
  return run.team.get(handoffInputSchema.parse(call.input).to);
}

async function fail(
  run: Run,
  { step, agent, error }: { readonly step: string; readonly agent: Agent; readonly error: Failure },
): Promise<RunOutcome> {
  await run.log.append(step, [{ type: 'run-failed', agent: agent.name, error }]);
  return { kind: 'failed', agent: agent.name, error };
}
