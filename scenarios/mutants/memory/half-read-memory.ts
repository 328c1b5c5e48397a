import { type Backing, HarnessError } from '#harness';
import type { Mutant } from '../mutant.ts';

type Summaries = Backing['summaries'];
type Draft = Parameters<Summaries['add']>[0];

/**
 * CD-21: a memory in a form that is not known is read as far as it goes, and nobody is told: its prose and its place in the log,
 * without the facts that stand beside them.
 */
export const halfReadMemory: Mutant = {
  id: 'CD-21',
  title: 'a memory of an older version is loaded silently, without its facts',
  breaks: 'I11',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, summaries: readingHalf(backing.summaries) },
  }),
};

function readingHalf(summaries: Summaries): Summaries {
  const rows: Draft[] = [];
  return {
    ...summaries,
    add: async (draft) => {
      rows.push(draft);
      await summaries.add(draft);
    },
    latestBefore: async (sessionId, runId) => {
      try {
        return await summaries.latestBefore(sessionId, runId);
      } catch (error) {
        if (!(error instanceof HarnessError && error.code === 'MEMORY_UNREADABLE')) throw error;
        const row = rows.findLast((each) => each.sessionId === sessionId && each.runId !== runId);
        return row && { ...row, kept: { ...row.kept, commitments: [] } };
      }
    },
  };
}
