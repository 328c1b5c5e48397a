import type { RunControl } from '../session/run-control.ts';
import type { MemoryStore } from './memory-store.ts';

export function memoryRunControl({
  unreadSteering,
  cancelled,
}: Pick<MemoryStore, 'unreadSteering' | 'cancelled'>): RunControl {
  const begun = new Set<string>();
  return {
    isCancelRequested: async (sessionId, runId) => cancelled(sessionId).has(runId),
    requestCancel: async (sessionId, runId) => {
      cancelled(sessionId).add(runId);
    },
    look: async (runId, reader) => ({
      isCancelRequested: cancelled(reader.sessionId).has(runId),
      steering: unreadSteering(reader),
    }),
    beginEffect: async ({ key, runId }, reader) => {
      const name = JSON.stringify([reader.sessionId, key]);
      if (begun.has(name)) return 'again';
      if (cancelled(reader.sessionId).has(runId)) return 'cancelled';
      if (unreadSteering(reader).length > 0) return 'steered';
      begun.add(name);
      return 'first';
    },
  };
}
