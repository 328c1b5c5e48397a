import { type Approval, type ApprovalStore, questionHash } from '../session/approval.ts';
import { ApprovalMissingError } from '../session/approval-missing-error.ts';

export function memoryApprovalStore(): ApprovalStore {
  const approvals = new Map<string, Approval>();
  const questions = new Map<string, string>();
  const found = (approvalId: string): Approval => {
    const approval = approvals.get(approvalId);
    if (approval === undefined) throw new ApprovalMissingError(approvalId);
    return approval;
  };
  const change = (approval: Approval): Approval => {
    approvals.set(approval.approvalId, approval);
    return approval;
  };
  return {
    request: async (request) => {
      const earlier = approvals.get(request.approvalId);
      if (earlier !== undefined) return earlier;
      const rejection = [...approvals.values()].find(
        ({ approvalId, sessionId, status }) =>
          status === 'rejected' &&
          sessionId === request.sessionId &&
          questions.get(approvalId) === questionHash(request),
      );
      questions.set(request.approvalId, questionHash(request));
      const { subject: _, ...kept } = request;
      return change(
        rejection === undefined
          ? { ...kept, status: 'pending' }
          : { ...kept, status: 'rejected', ...decisionOf(rejection) },
      );
    },
    find: async (approvalId) => approvals.get(approvalId),
    list: async (tenant, sessionId) =>
      [...approvals.values()].filter(
        (each) =>
          each.tenant === tenant && (sessionId === undefined || each.sessionId === sessionId),
      ),
    decide: async ({ approvalId, by, verdict, reason, editedArguments }, decidedAt) => {
      const approval = found(approvalId);
      if (approval.status !== 'pending') return { won: false, approval };
      return {
        won: true,
        approval: change({
          ...approval,
          status: verdict === 'approve' ? 'approved' : 'rejected',
          decidedBy: by.id,
          decisionReason: reason,
          decidedAt,
          ...(editedArguments === undefined ? {} : { editedArguments }),
        }),
      };
    },
    end: async (approvalId, status) => {
      const approval = found(approvalId);
      return approval.status === 'pending' ? change({ ...approval, status }) : approval;
    },
    consume: async (approvalId) => {
      const approval = found(approvalId);
      if (approval.status === 'approved') change({ ...approval, status: 'consumed' });
      return approval.status === 'approved' || approval.status === 'consumed';
    },
  };
}

function decisionOf({ decidedBy, decisionReason, decidedAt }: Approval): Partial<Approval> {
  return {
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decisionReason === undefined ? {} : { decisionReason }),
    ...(decidedAt === undefined ? {} : { decidedAt }),
  };
}
