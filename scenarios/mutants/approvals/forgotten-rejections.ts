import type { Approval, ApprovalStore } from '#harness';
import type { Mutant } from '../mutant.ts';

/** CD-16: a no is not remembered, so a model that insists has people asked until one of them gives in. */
export const forgottenRejections: Mutant = {
  id: 'CD-16',
  title: 'what a person rejected is asked again',
  breaks: 'I3',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, approvals: forgetful(backing.approvals) },
  }),
};

/** Every request goes by a name of its own in the store, which so finds no earlier one of its kind. */
function forgetful(store: ApprovalStore): ApprovalStore {
  return {
    request: async (request) =>
      shown(await store.request({ ...request, tool: `${request.tool}@${request.approvalId}` })),
    find: async (approvalId) => {
      const found = await store.find(approvalId);
      return found === undefined ? undefined : shown(found);
    },
    list: async (tenant, sessionId) => (await store.list(tenant, sessionId)).map(shown),
    decide: async (decision, decidedAt) => {
      const { won, approval } = await store.decide(decision, decidedAt);
      return { won, approval: shown(approval) };
    },
    end: async (approvalId, status) => shown(await store.end(approvalId, status)),
    consume: store.consume,
  };
}

const shown = (approval: Approval): Approval => ({
  ...approval,
  tool: approval.tool.replace(`@${approval.approvalId}`, ''),
});
