import type { AuditStore } from '../safety/audit.ts';
import { type ClearStore, clearedEntry } from '../safety/clear-session.ts';
import type { ApprovalStore } from '../session/approval.ts';
import type { MemoryStore } from './memory-store.ts';
import type { MemorySummaryStore } from './memory-summary-store.ts';

export function memoryClearStore({
  store,
  approvals,
  audit,
  summaries,
}: {
  readonly store: MemoryStore;
  readonly approvals: ApprovalStore;
  readonly audit: AuditStore;
  readonly summaries: MemorySummaryStore;
}): ClearStore {
  return {
    clear: async ({ sessionId, by, now, settledRuns }) => {
      const listed = await approvals.list(by.tenant, sessionId);
      if (listed.some(({ status }) => status === 'pending')) return { kind: 'approval-pending' };
      const epoch = store.clear(sessionId, { by: by.id, settledRuns });
      if (typeof epoch !== 'number') return { kind: epoch };
      summaries.forget(sessionId);
      await audit.append(clearedEntry({ sessionId, by, epoch }), now);
      return { kind: 'cleared', epoch };
    },
  };
}
