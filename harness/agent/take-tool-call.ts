import type { Fact, Failure } from '../session/event.ts';
import { askPerson, decidedFact, type Question, requestedFact } from './ask-person.ts';
import { auditCall } from './audit-call.ts';
import type { Agent } from './define-agent.ts';
import type { DecisionOutcome, ToolCall, ToolResult } from './exchanges.ts';
import type { Run, RunOutside } from './run-agent.ts';
import { resultFacts } from './run-facts.ts';
import { callTool } from './tool-call.ts';

/** A tool call of one run, on its way. */
export interface CallInRun {
  readonly run: Run;
  readonly agent: Agent;
  readonly call: ToolCall;
  /** Names the run's next step of this kind. */
  readonly names: (name: string) => string;
  readonly tell: (step: string, facts: readonly Fact[]) => Promise<void>;
}

/**
 * Takes a call from the model's request to its result, and tells both. One step, unless the tool wants a person to decide:
 * then the question, the decision and the act are steps of their own, under the one key of the call.
 */
export async function takeToolCall(taken: CallInRun, outside: RunOutside): Promise<ToolResult> {
  const { run, agent, call, names, tell } = taken;
  const step = names(call.tool);
  const { sessionId, runId, principal } = run.request;
  const context = {
    sessionId,
    runId,
    principal,
    now: run.receivedAt,
    idempotencyKey: `${sessionId}/${runId}/${step}`,
    records: run.log.records,
  };
  const dispatch = { step, place: run.places(agent.name), agent, call, context };
  const { outcome, endedAt } = await callTool(dispatch, run.steps, outside);
  if (outcome.kind !== 'approval-required') {
    await tell(step, resultFacts(call, outcome, agent));
    await auditCall({ agent, call, context, result: outcome, endedAt }, outside.audit);
    return outcome;
  }
  const question = { step, call, need: outcome.need, context };
  await tell(step, [requestedFact(question)]);
  const decision = await decide(question, taken, outside);
  if (decision.verdict !== 'approved') {
    const refused: ToolResult = { kind: 'failed', error: refusalOf(call, decision) };
    await tell(names(`${call.tool}.refused`), resultFacts(call, refused, agent));
    await auditCall({ agent, call, context, result: refused, endedAt }, outside.audit);
    return refused;
  }
  const approved = { ...call, input: decision.input };
  const actStep = names(`${call.tool}.approved`);
  const act = {
    ...dispatch,
    step: actStep,
    place: run.places(agent.name),
    call: approved,
    approvedState: outcome.need.stateVersion,
  };
  const acted = await callTool(act, run.steps, outside);
  const result = acted.outcome;
  const settled: ToolResult =
    result.kind === 'approval-required' ? { kind: 'failed', error: neverConsumed(call) } : result;
  await tell(actStep, resultFacts(approved, settled, agent));
  const { endedAt: actedAt } = acted;
  await auditCall(
    { agent, call: approved, context, result: settled, endedAt: actedAt },
    outside.audit,
  );
  return settled;
}

async function decide(
  question: Question,
  { run, agent, names, tell }: CallInRun,
  { host, exchanges, approvals, control }: RunOutside,
): Promise<DecisionOutcome> {
  const step = names('decision');
  const place = run.places(agent.name);
  const decision = await run.steps.run(step, () =>
    exchanges.decision(place, question.call, async () => {
      const decided = await askPerson(question, { approvals, control, clock: host.clock });
      // Saved with the decision: from here on the approval belongs to this call and to nothing else.
      if (decided.verdict === 'approved') await approvals.consume(question.context.idempotencyKey);
      return decided;
    }),
  );
  await tell(step, [decidedFact(question, decision)]);
  return decision;
}

function refusalOf({ tool }: ToolCall, { verdict, reason }: DecisionOutcome): Failure {
  switch (verdict) {
    case 'rejected':
      return {
        code: 'APPROVAL_REJECTED',
        message: `A person decided against ${tool}: ${reason ?? 'no reason given'}. Do not ask again for the same.`,
      };
    case 'expired':
      return {
        code: 'APPROVAL_EXPIRED',
        message: `Nobody decided on ${tool} in time; nothing was done, and it may be asked again.`,
      };
    case 'cancelled':
    case 'approved':
      return { code: 'RUN_CANCELLED', message: `${tool} was not used: the run was cancelled.` };
  }
}

const neverConsumed = ({ tool }: ToolCall): Failure => ({
  code: 'APPROVAL_STALE',
  message: `${tool} wants another decision than the one that was taken.`,
});
