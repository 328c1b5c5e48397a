import { readKept, type SummaryStore } from '#harness';
import type { Subject } from '../scenario/subject.ts';

/** The form before the first that this version reads. */
const olderFormat = 0;

/** The same subject, but what its runs find remembered was written by an older version: in another form. */
export const keptByOlderVersion = (subject: Subject): Subject => ({
  ...subject,
  name: `${subject.name}-kept-by-older-version`,
  assemble: (parts) => ({
    ...subject.assemble(parts),
    keeping: (backing) => ({ ...backing, summaries: inOlderForm(backing.summaries) }),
  }),
});

const inOlderForm = (summaries: SummaryStore): SummaryStore => ({
  ...summaries,
  latestBefore: async (sessionId, runId) => {
    const found = await summaries.latestBefore(sessionId, runId);
    if (found === undefined) return undefined;
    const { version, kept } = found;
    return { ...found, kept: readKept({ ...kept, format: olderFormat }, { sessionId, version }) };
  },
});
