import type { ApprovalStore } from '#harness';
import type { Mutant } from '../mutant.ts';

/** CD-17: that nobody answered in time is kept as a person's no, which then stands for ever. */
export const silenceIsNo: Mutant = {
  id: 'CD-17',
  title: 'a request that expires is kept as rejected',
  breaks: 'I3',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, approvals: rejectingAtExpiry(backing.approvals) },
  }),
};

function rejectingAtExpiry(store: ApprovalStore): ApprovalStore {
  return {
    ...store,
    end: async (approvalId, status) => {
      const asked = await store.find(approvalId);
      if (status !== 'expired' || asked === undefined) return store.end(approvalId, status);
      const by = { id: 'timeout', role: 'system', tenant: asked.tenant };
      const decision = { approvalId, by, verdict: 'reject', reason: 'No answer in time.' } as const;
      return (await store.decide(decision, asked.expiresAt)).approval;
    },
  };
}
