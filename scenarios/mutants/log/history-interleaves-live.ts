import type { SessionStore } from '#harness';
import type { Mutant } from '../mutant.ts';

/**
 * CD-10: who connects is shown the newest event at once, as it comes, and the history that is replayed meanwhile behind
 * it, the newest once more at its end. The log itself is as it should be: only a viewer can see this.
 */
export const historyInterleavesLive: Mutant = {
  id: 'CD-10',
  title: 'history replay interleaves with live broadcast',
  breaks: 'I4',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, store: liveBeforeHistory(backing.store) },
  }),
};

function liveBeforeHistory(store: SessionStore): SessionStore {
  return {
    ...store,
    readPage: async (sessionId, cursor, limit) => {
      const page = await store.readPage(sessionId, cursor, limit);
      const newest = page.events.at(-1);
      return newest === undefined || page.events.length === 1
        ? page
        : { ...page, events: [newest, ...page.events] };
    },
  };
}
