import type { Clock } from '../host/host.ts';
import type { Approval, ApprovalStore } from '../session/approval.ts';
import type { Fact, Json } from '../session/event.ts';
import type { RunControl, RunSignals } from '../session/run-control.ts';
import type { SessionLives } from '../session/session-expiry.ts';
import type { SteeringReader } from '../session/steering.ts';
import type { ApprovalNeed, CallContext } from '../tools/define-tool.ts';
import type { DecisionOutcome, ToolCall } from './exchanges.ts';

/** A person who has not answered by then has not said no: the request has expired. */
const approvalLifetimeMs = 24 * 60 * 60 * 1000;
/** How often an undecided request is looked at. */
const decisionPollingMs = 250;

/** A call that waits for a person. */
export interface Question {
  /** The step that asked: with session and run it is the approval's id. */
  readonly step: string;
  readonly call: ToolCall;
  readonly need: ApprovalNeed;
  /** What of the input it is about; all of it when absent. */
  readonly subject?: ((input: unknown) => Json) | undefined;
  readonly context: CallContext;
  readonly reader: SteeringReader;
  /** Whether a message for the run withdraws it. What may have happened has to be found out all the same. */
  readonly yieldsToMessages: boolean;
}

export interface Asking {
  readonly approvals: ApprovalStore;
  readonly control: RunControl;
  readonly lives: SessionLives;
  readonly clock: Clock;
}

export const approvalIdOf = ({ step, context }: Question): string =>
  `${context.sessionId}/${context.runId}/${step}`;

/** The fact that a person is asked. */
export function requestedFact({ step, call, need, context }: Question): Fact {
  return {
    type: 'approval-requested',
    question: step,
    callId: call.callId,
    tool: call.tool,
    input: call.input,
    roles: [...need.roles],
    reason: need.reason,
    expiresAt: context.now + approvalLifetimeMs,
  };
}

export function decidedFact({ step, call }: Question, decision: DecisionOutcome): Fact {
  const { verdict, decidedBy, reason, input } = decision;
  return {
    type: 'approval-decided',
    question: step,
    callId: call.callId,
    tool: call.tool,
    verdict,
    input,
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * Asks, and waits until a person or time has decided, the run is cancelled or a message for it arrives. Asked again after a crash it finds the question
 * it asked before, and its answer, if that came meanwhile.
 */
export async function askPerson(question: Question, asking: Asking): Promise<DecisionOutcome> {
  const { approvals, control, lives, clock } = asking;
  const { call, need, subject, context, reader } = question;
  const { sessionId, runId, principal } = context;
  const requestedAt = clock.now();
  let approval = await approvals.request({
    approvalId: approvalIdOf(question),
    tenant: principal.tenant,
    sessionId,
    runId,
    callId: call.callId,
    tool: call.tool,
    arguments: call.input,
    ...(subject && { subject: subject(call.input) }),
    stateVersion: need.stateVersion,
    requestedBy: principal.id,
    roles: need.roles,
    reason: need.reason,
    requestedAt,
    expiresAt: requestedAt + approvalLifetimeMs,
  });
  let life = await lives.look(sessionId);
  while (approval.status === 'pending') {
    if (life.kind === 'open' && clock.now() >= life.endsAt) life = await lives.look(sessionId);
    if (life.kind === 'expired' || clock.now() >= approval.expiresAt) {
      approval = await approvals.end(approval.approvalId, 'expired');
    } else if (isInterrupted(await control.look(runId, reader), question)) {
      approval = await approvals.end(approval.approvalId, 'cancelled');
    } else {
      await clock.sleep(decisionPollingMs);
      approval = (await approvals.find(approval.approvalId)) ?? approval;
    }
  }
  const outcome = outcomeOf(approval);
  if (outcome.verdict === 'expired') {
    const { kind } = await lives.look(sessionId);
    return kind === 'expired' ? { ...outcome, reason: sessionExpiredReason } : outcome;
  }
  if (outcome.verdict !== 'cancelled' || !question.yieldsToMessages) return outcome;
  // Whoever clears the session ends the request before the run.
  const { isCancelRequested, steering } = await control.look(runId, reader);
  const isSuperseded = !isCancelRequested && steering.length > 0;
  return isSuperseded ? { ...outcome, reason: supersededReason } : outcome;
}

/** Why a request has expired before its own time was over. */
export const sessionExpiredReason = 'the session expired';

/** Why a request is withdrawn whose run goes on. */
export const supersededReason = 'a new message arrived';

/** Nobody is to decide any more: the run ends, or has to read first what came meanwhile. */
function isInterrupted(
  { isCancelRequested, steering }: RunSignals,
  { yieldsToMessages }: Question,
): boolean {
  return isCancelRequested || (yieldsToMessages && steering.length > 0);
}

function outcomeOf(approval: Approval): DecisionOutcome {
  const { status, decidedBy, decisionReason, editedArguments } = approval;
  const input: Json = editedArguments ?? approval.arguments;
  return {
    // A consumed one was approved, and its step runs again.
    verdict: status === 'consumed' || status === 'pending' ? 'approved' : status,
    input,
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decisionReason === undefined ? {} : { reason: decisionReason }),
  };
}
