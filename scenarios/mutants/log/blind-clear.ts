import type { ApprovalStore, Backing, SessionStore } from '#harness';
import type { Mutant } from '../mutant.ts';

/**
 * CD-7: a session is cleared whatever is in progress in it. The question that a person is still asked is gone from the log, the
 * run that asked it waits on; a yes that comes later pays, and the log begins with the answer.
 */
export const blindClear: Mutant = {
  id: 'CD-7',
  title: 'clearing ignores pending approvals and live runs',
  breaks: 'I4',
  apply: ({ agents, entry, backing }) => ({ agents, entry, backing: clearingBlindly(backing) }),
};

function clearingBlindly(backing: Backing): Backing {
  /** By session, the last event that was taken away. */
  const truncatedAt = new Map<string, number>();
  return {
    ...backing,
    store: truncated(backing.store, truncatedAt),
    approvals: decidedOnly(backing.approvals),
    clearing: {
      clear: async ({ sessionId }) => {
        const last = (await backing.store.readEvents(sessionId, 0)).at(-1);
        truncatedAt.set(sessionId, last?.seq ?? 0);
        return { kind: 'cleared', epoch: 1 };
      },
    },
    openRunner: async (...parts) => {
      const runner = await backing.openRunner(...parts);
      const runsOf: typeof runner.runsOf = async (sessionId) =>
        (await runner.runsOf(sessionId)).map((run) => ({ ...run, isSettled: true }));
      return { ...runner, runsOf };
    },
  };
}

function truncated(store: SessionStore, truncatedAt: ReadonlyMap<string, number>): SessionStore {
  const from = (sessionId: string, after = 0): number =>
    Math.max(after, truncatedAt.get(sessionId) ?? 0);
  return {
    ...store,
    readEvents: (sessionId, after) => store.readEvents(sessionId, from(sessionId, after)),
  };
}

/** Asked about one session it says nothing of what waits there; at the desk, among all of a tenant's, it still does. */
function decidedOnly(store: ApprovalStore): ApprovalStore {
  return {
    ...store,
    list: async (tenant, sessionId) =>
      (await store.list(tenant, sessionId)).filter(
        ({ status }) => sessionId === undefined || status !== 'pending',
      ),
  };
}
