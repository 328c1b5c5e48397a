import type { Backing } from '#harness';
import type { Mutant } from '../mutant.ts';

/** CD-3: a run is not named by its message, so a message that is delivered twice is answered twice. */
export const namelessRuns: Mutant = {
  id: 'CD-3',
  title: 'a message delivered twice starts two runs',
  breaks: 'I8',
  apply: ({ agents, entry, backing }) => ({ agents, entry, backing: namingAnew(backing) }),
};

/** The first delivery gets the message's own name: with one delivery each, nothing shows. */
function namingAnew(backing: Backing): Backing {
  return {
    ...backing,
    openRunner: async (...parts) => {
      const runner = await backing.openRunner(...parts);
      return {
        ...runner,
        start: async (request) => {
          let { runId } = request;
          for (let copy = 2; await runner.isKnown(runId); copy += 1) {
            runId = `${request.runId}+${copy}`;
          }
          return runner.start({ ...request, runId });
        },
      };
    },
  };
}
