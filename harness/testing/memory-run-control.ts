import type { RunControl } from '../session/run-control.ts';

export function memoryRunControl(): RunControl {
  const cancelled = new Set<string>();
  const begun = new Set<string>();
  return {
    requestCancel: async (sessionId, runId) => {
      cancelled.add(JSON.stringify([sessionId, runId]));
    },
    isCancelRequested: async (sessionId, runId) =>
      cancelled.has(JSON.stringify([sessionId, runId])),
    beginEffect: async (sessionId, key) => {
      const name = JSON.stringify([sessionId, key]);
      if (begun.has(name)) return false;
      begun.add(name);
      return true;
    },
  };
}
