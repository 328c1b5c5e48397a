import { canonicalJson } from '../host/fingerprint.ts';
import type { Fact, Failure } from '../session/event.ts';
import type { ApprovalNeed, Tool } from '../tools/define-tool.ts';
import {
  approvalIdOf,
  askPerson,
  decidedFact,
  type Question,
  requestedFact,
  sessionExpiredReason,
  supersededReason,
} from './ask-person.ts';
import { auditCall } from './audit-call.ts';
import type { Agent } from './define-agent.ts';
import { effectUnknown, messageArrived, runCancelled } from './dispatch/failures.ts';
import type { DecisionOutcome, ToolCall, ToolOutcome, ToolResult } from './exchanges.ts';
import type { Run, RunOutside } from './run-agent.ts';
import { resultFacts } from './run-facts.ts';
import { callTool, toolNamed } from './tool-call.ts';

/** A tool call of one run, on its way. */
export interface CallInRun {
  readonly run: Run;
  readonly agent: Agent;
  readonly call: ToolCall;
  /** Names the run's next step of this kind. */
  readonly names: (name: string) => string;
  readonly tell: (step: string, facts: readonly Fact[]) => Promise<void>;
  /** Ordinal of the last run whose message this one has read. */
  readonly readUpTo: number;
  /** So often control may still move in this run. */
  readonly handoffsLeft: number;
  /** When it was found that the run is cancelled, milliseconds since the epoch: from then on no call is carried out. */
  readonly cancelledAt: number | undefined;
}

/** What a call came to in the end. */
export interface SettledCall {
  readonly result: ToolResult;
  /** Whether it has changed something that cancelling the run does not undo. */
  readonly isEffect: boolean;
  /** When it was found that the run is cancelled, because a person need not decide any more. */
  readonly cancelledAt?: number;
}

/** An attempt at the call, as a step of its own. */
interface Act {
  readonly step: string;
  readonly call: ToolCall;
  readonly approvedState?: string;
}

/** What a person's answer comes to: a further act, or the call's result, told under a name of its own. */
type Consequence =
  | { readonly kind: 'act'; readonly act: Act }
  | { readonly kind: 'settled'; readonly told: string; readonly result: ToolResult };

/**
 * Takes a call from the model's request to its result, and tells both. One step, unless a person has to decide first, or has
 * to say whether what it began has happened: then the question, the answer and what follows are steps of their own, under the
 * one key of the call.
 */
export async function takeToolCall(taken: CallInRun, outside: RunOutside): Promise<SettledCall> {
  const { run, agent, call, names, tell, handoffsLeft, cancelledAt } = taken;
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
  const settle = async (
    told: string,
    settled: { readonly call: ToolCall; readonly result: ToolResult; readonly endedAt: number },
  ): Promise<ToolResult> => {
    const { result } = settled;
    await tell(told, resultFacts(settled.call, result, agent));
    await auditCall({ agent, context, ...settled }, outside.audit);
    return result;
  };
  if (cancelledAt !== undefined) {
    const result: ToolResult = { kind: 'failed', error: runCancelled(call) };
    return { result: await settle(step, { call, result, endedAt: cancelledAt }), isEffect: false };
  }
  const reader = { sessionId, principal, after: taken.readUpTo };
  const overBudget = run.meter.refusedCall(call, toolNamed(call.tool, run.team.now(agent)));
  const budget = overBudget === undefined ? {} : { overBudget };
  let act: Act = { step, call };
  for (;;) {
    const place = run.places(agent.name);
    const isRemoved = run.team.directory.find(call.tool) === undefined;
    const present = run.team.now(agent);
    const tool = toolNamed(call.tool, present);
    const dispatch = { ...act, ...budget, place, agent: present, isRemoved, context, reader };
    const { outcome, endedAt, isEffect } = await callTool(
      { ...dispatch, handoffsLeft, cache: run.cache },
      run.steps,
      outside,
    );
    if (tool !== undefined) run.cache.note(tool, act.call, { outcome, endedAt });
    if (outcome.kind === 'completed' || outcome.kind === 'failed') {
      const result = await settle(act.step, { call: act.call, result: outcome, endedAt });
      return { result, isEffect };
    }
    const question = questionOf(act, outcome, { tool, context, reader });
    await tell(act.step, [requestedFact(question)]);
    const decision = await decide(question, taken, outside);
    const next =
      outcome.kind === 'approval-required'
        ? afterApproval(act, { decision, need: outcome.need }, names)
        : afterFindingOut(act, { decision, question }, names);
    if (next.kind === 'settled') {
      const result = await settle(next.told, { call: act.call, result: next.result, endedAt });
      const settled = { result, isEffect: result.kind === 'completed' };
      return endsRun(decision) ? { ...settled, cancelledAt: endedAt } : settled;
    }
    ({ act } = next);
  }
}

/** A person's word on whether one effect happened is about that effect alone: its arguments name it. */
function questionOf(
  { step, call }: Act,
  outcome: Extract<ToolOutcome, { readonly need: ApprovalNeed }>,
  { tool, ...asking }: Pick<Question, 'context' | 'reader'> & { readonly tool: Tool | undefined },
): Question {
  const { need } = outcome;
  if (outcome.kind === 'approval-required') {
    const subject = tool?.effect === 'transactional' ? undefined : tool?.approvalSubject;
    return { step, call, need, subject, ...asking, yieldsToMessages: true };
  }
  const { context } = asking;
  const effect = `${context.sessionId}/${context.runId}/${step}`;
  const about = { ...call, input: { effect, input: call.input } };
  return { step, call: about, need, ...asking, yieldsToMessages: false };
}

function afterApproval(
  { call }: Act,
  { decision, need }: { readonly decision: DecisionOutcome; readonly need: ApprovalNeed },
  names: CallInRun['names'],
): Consequence {
  if (decision.verdict !== 'approved') {
    const result: ToolResult = { kind: 'failed', error: refusalOf(call, decision) };
    return { kind: 'settled', told: names(`${call.tool}.refused`), result };
  }
  const step = names(`${call.tool}.approved`);
  const approved = { ...call, input: decision.input };
  return { kind: 'act', act: { step, call: approved, approvedState: need.stateVersion } };
}

/** Approved says that it happened, rejected that it did not: only then is it done again, under an intent of its own. */
function afterFindingOut(
  act: Act,
  { decision, question }: { readonly decision: DecisionOutcome; readonly question: Question },
  names: CallInRun['names'],
): Consequence {
  const { call } = act;
  const { verdict, decidedBy, reason, input } = decision;
  if (verdict === 'rejected') {
    return { kind: 'act', act: { ...act, step: names(`${call.tool}.again`) } };
  }
  const told = names(`${call.tool}.settled`);
  if (verdict !== 'approved') {
    const error = effectUnknown(call, `was asked about in vain (${verdict})`);
    return { kind: 'settled', told, result: { kind: 'failed', error } };
  }
  // What they changed is what came of it, as the tool would have said; otherwise their word is all there is.
  const isTold = canonicalJson(input) !== canonicalJson(question.call.input);
  const word = { happened: true, saidBy: decidedBy ?? 'a person', reason: reason ?? '' };
  return { kind: 'settled', told, result: { kind: 'completed', output: isTold ? input : word } };
}

async function decide(
  question: Question,
  { run, agent, names, tell }: CallInRun,
  { host, exchanges, approvals, control, lives }: RunOutside,
): Promise<DecisionOutcome> {
  const step = names('decision');
  const place = run.places(agent.name);
  const decision = await run.steps.run(step, () =>
    exchanges.decision(place, question.call, async () => {
      const decided = await askPerson(question, { approvals, control, lives, clock: host.clock });
      // Saved with the decision: from here on the approval belongs to this call and to nothing else.
      if (decided.verdict === 'approved') await approvals.consume(approvalIdOf(question));
      return decided;
    }),
  );
  await tell(step, [decidedFact(question, decision)]);
  return decision;
}

/** Nobody is asked any more because the run is to end; a question that is only put off for a message is no such thing. */
const endsRun = ({ verdict, reason }: DecisionOutcome): boolean =>
  verdict === 'cancelled' && reason !== supersededReason;

function refusalOf(call: ToolCall, { verdict, reason }: DecisionOutcome): Failure {
  const { tool } = call;
  if (verdict === 'cancelled' && reason === supersededReason) return messageArrived(call);
  switch (verdict) {
    case 'rejected':
      return {
        code: 'APPROVAL_REJECTED',
        message: `A person decided against ${tool}: ${reason ?? 'no reason given'}. Do not ask again for the same.`,
      };
    case 'expired':
      return {
        code: 'APPROVAL_EXPIRED',
        message:
          reason === sessionExpiredReason
            ? `Nobody decided on ${tool} before the session expired; nothing was done, and nothing can be asked in it any more.`
            : `Nobody decided on ${tool} in time; nothing was done, and it may be asked again.`,
      };
    case 'cancelled':
    case 'approved':
      return runCancelled(call);
  }
}
