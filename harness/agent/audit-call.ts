import type { Clock } from '../host/host.ts';
import type { AuditEntry, AuditStore } from '../safety/audit.ts';
import type { Decision } from '../session/approval.ts';
import type { DecisionStage, NoteDecision } from '../session/approval-desk.ts';
import type { ToolContext } from '../tools/define-tool.ts';
import type { Agent } from './define-agent.ts';
import type { ToolCall, ToolResult } from './exchanges.ts';

/** Results that say that somebody may not, as against that something did not work. */
const denials = new Set([
  'TOOL_NOT_PERMITTED',
  'TOOL_CALL_INVALID',
  'TOOL_REMOVED',
  'HANDOFF_LIMIT',
  'APPROVAL_REJECTED',
  'APPROVAL_EXPIRED',
  'APPROVAL_STALE',
  'LIMIT_EXCEEDED',
  'BUDGET_EXCEEDED',
  'RUN_CANCELLED',
]);

/**
 * Every call is one row of the audit, whatever came of it: who, what, whether they might, why not. Neither input nor output
 * is kept, which the session's own log has. Done behind the step and keyed by the call, so that a recovered run that does it
 * again adds nothing.
 */
export async function auditCall(
  taken: {
    readonly agent: Agent;
    readonly call: ToolCall;
    readonly context: Pick<ToolContext, 'sessionId' | 'runId' | 'principal' | 'idempotencyKey'>;
    readonly result: ToolResult;
    readonly endedAt: number;
  },
  audit: AuditStore,
): Promise<void> {
  const { agent, call, context, result, endedAt } = taken;
  const { sessionId, runId, principal, idempotencyKey } = context;
  const code = result.kind === 'failed' ? result.error.code : undefined;
  const isCached = result.kind === 'completed' && result.cached === true;
  await audit.append(
    {
      tenant: principal.tenant,
      key: idempotencyKey,
      actor: agent.name,
      action: 'tool-called',
      subject: call.tool,
      isAllowed: code === undefined || !denials.has(code),
      reason: code ?? 'completed',
      detail: {
        sessionId,
        runId,
        callId: call.callId,
        principal: principal.id,
        ...(isCached ? { cached: true } : {}),
      },
    },
    endedAt,
  );
}

/** Every attempt at a decision is a row too, those of people who might not included; and what came of it is another. */
export function noteDecision(audit: AuditStore, clock: Clock): NoteDecision {
  return async (decision, asked, stage) => {
    const { approvalId, by, verdict } = decision;
    const { key, ...told } = rowOf(decision, stage);
    await audit.append(
      {
        ...told,
        tenant: asked.tenant,
        key: `${approvalId}/${verdict} by ${by.id}${key}`,
        actor: by.id,
        subject: approvalId,
        detail: {
          sessionId: asked.sessionId,
          runId: asked.runId,
          tool: asked.tool,
          role: by.role,
          verdict,
        },
      },
      clock.now(),
    );
  };
}

function rowOf(
  { verdict, reason }: Decision,
  stage: DecisionStage,
): Pick<AuditEntry, 'key' | 'action' | 'isAllowed' | 'reason'> {
  const attempt = `approval-${verdict}`;
  const outcome = 'approval-decided';
  switch (stage.kind) {
    case 'begun':
      return { key: '', action: attempt, isAllowed: true, reason };
    case 'refused':
      return { key: ', refused', action: attempt, isAllowed: false, reason: stage.objection };
    case 'won':
      return { key: ', won', action: outcome, isAllowed: true, reason: 'won' };
    case 'late': {
      const { status, decidedBy } = stage.found;
      const who = decidedBy === undefined ? '' : ` by ${decidedBy}`;
      const found = status === 'expired' ? 'expired' : `already ${status}${who}`;
      return { key: `, ${found}`, action: outcome, isAllowed: false, reason: found };
    }
  }
}
