import type { RunControl } from '../session/run-control.ts';
import type { MemoryStore } from './memory-store.ts';

export function memoryRunControl({
  unreadSteering,
}: Pick<MemoryStore, 'unreadSteering'>): RunControl {
  const cancelled = new Set<string>();
  const begun = new Set<string>();
  const isCancelRequested: RunControl['isCancelRequested'] = async (sessionId, runId) =>
    cancelled.has(JSON.stringify([sessionId, runId]));
  return {
    isCancelRequested,
    requestCancel: async (sessionId, runId) => {
      cancelled.add(JSON.stringify([sessionId, runId]));
    },
    look: async (runId, reader) => ({
      isCancelRequested: await isCancelRequested(reader.sessionId, runId),
      steering: unreadSteering(reader),
    }),
    beginEffect: async (key, reader) => {
      const name = JSON.stringify([reader.sessionId, key]);
      if (begun.has(name)) return 'again';
      if (unreadSteering(reader).length > 0) return 'steered';
      begun.add(name);
      return 'first';
    },
  };
}
