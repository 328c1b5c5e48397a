import {
  readKept,
  type SummaryDraft,
  type SummaryStore,
  SummaryVersionTakenError,
} from '../memory/summary-store.ts';

export function memorySummaryStore(): SummaryStore {
  const drafts = new Map<string, SummaryDraft[]>();
  const of = (sessionId: string): SummaryDraft[] => drafts.get(sessionId) ?? [];
  return {
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
