import type { Mutant } from '../mutant.ts';

/** CD-9: what another version of the application left unfinished stays so for ever, and nobody is told. */
export const silentStrandings: Mutant = {
  id: 'CD-9',
  title: 'a run left by another version waits for ever, unreported',
  breaks: 'I9',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: {
      ...backing,
      openRunner: async (...parts) => ({
        ...(await backing.openRunner(...parts)),
        strandedRuns: async () => [],
      }),
    },
  }),
};
