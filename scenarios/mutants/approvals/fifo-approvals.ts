import type { ApprovalStore, Decision } from '#harness';
import type { Mutant } from '../mutant.ts';

/**
 * CD-2: decisions lie in a box and are taken first in, first out, whatever they are about. Approved twice, a request leaves
 * a yes in the box, and the next request takes it: it is done without anybody having seen it.
 */
export const fifoApprovals: Mutant = {
  id: 'CD-2',
  title: 'decisions are taken first in, first out, whatever they are about',
  breaks: 'I3',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, approvals: firstInFirstOut(backing.approvals) },
  }),
};

function firstInFirstOut(store: ApprovalStore): ApprovalStore {
  const box: Decision[] = [];
  const takenFor = new Set<string>();
  return {
    ...store,
    decide: async (decision, decidedAt) => {
      const { won, approval } = await store.decide(decision, decidedAt);
      if (!won) box.push(decision);
      return { won: true, approval };
    },
    request: async (request) => {
      const asked = await store.request(request);
      const decision = asked.status === 'pending' ? box.shift() : undefined;
      if (decision === undefined) return asked;
      takenFor.add(asked.approvalId);
      const { by, verdict, reason } = decision;
      const status = verdict === 'approve' ? 'approved' : 'rejected';
      return { ...asked, status, decidedBy: by.id, decisionReason: reason };
    },
    consume: async (approvalId) => takenFor.has(approvalId) || store.consume(approvalId),
  };
}
