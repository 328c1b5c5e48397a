import {
  readKept,
  type SummaryDraft,
  type SummaryStore,
  SummaryVersionTakenError,
} from '../memory/summary-store.ts';

/** The summary store in memory; dies with the process. */
export interface MemorySummaryStore extends SummaryStore {
  /** What a session remembers goes with what it was cleared of. */
  readonly forget: (sessionId: string) => void;
}

export function memorySummaryStore(): MemorySummaryStore {
  const drafts = new Map<string, SummaryDraft[]>();
  const of = (sessionId: string): SummaryDraft[] => drafts.get(sessionId) ?? [];
  return {
    forget: (sessionId) => {
      drafts.delete(sessionId);
    },
    add: async (draft) => {
      const { sessionId, version, runId, step } = draft;
      const earlier = of(sessionId);
      const taken = earlier.find((each) => each.version === version);
      if (taken === undefined) drafts.set(sessionId, [...earlier, structuredClone(draft)]);
      else if (taken.runId !== runId || taken.step !== step) {
        throw new SummaryVersionTakenError(draft);
      }
    },
    latestBefore: async (sessionId, runId) => {
      const latest = of(sessionId)
        .filter((each) => each.runId !== runId)
        .toSorted((left, right) => left.version - right.version)
        .at(-1);
      if (latest === undefined) return undefined;
      const { runId: by, version, uptoSeq, text, kept } = structuredClone(latest);
      return { runId: by, version, uptoSeq, text, kept: readKept(kept, { sessionId, version }) };
    },
  };
}
