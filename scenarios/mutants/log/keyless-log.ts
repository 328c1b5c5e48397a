import type { EventDraft, SessionEvent, SessionStore, TextDelta } from '#harness';
import type { Mutant } from '../mutant.ts';

/**
 * CD-4: what a run tells carries no key, so what it tells again after a crash is stored again: the log reads "Let me
 * classify Let me classify this request". A run tells facts behind their step and retells them when it recovers; its
 * text it tells within the step, and tells it anew when the step runs again.
 */
export const keylessLog: Mutant = {
  id: 'CD-4',
  title: 'events and text deltas are stored without their keys',
  breaks: 'I4',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: { ...backing, store: withoutKeys(backing.store) },
  }),
};

/** While nothing is told twice the keys are the right ones: the defect shows only in what a crash leaves behind. */
function withoutKeys(store: SessionStore): SessionStore {
  return {
    ...store,
    appendEvents: async (sessionId, drafts) => {
      const stored = await store.readEvents(sessionId, 0);
      return store.appendEvents(
        sessionId,
        drafts.map((draft) => underFreeKey(draft, stored)),
      );
    },
    // The store would drop what an earlier attempt has streamed; this one only counts on from it.
    beginAttempt: async (turn) => {
      const deltas = await store.readDeltas(turn.sessionId);
      return (
        1 + latest(deltas.filter((delta) => isSameStep(delta, turn)).map((each) => each.attempt))
      );
    },
  };
}

function underFreeKey(draft: EventDraft, stored: readonly SessionEvent[]): EventDraft {
  const ordinals = stored.filter((event) => isSameStep(event, draft)).map((event) => event.ordinal);
  const isTaken = ordinals.includes(draft.ordinal);
  return isTaken ? { ...draft, ordinal: latest(ordinals) + 1 + draft.ordinal } : draft;
}

const latest = (numbers: readonly number[]): number => Math.max(0, ...numbers);

const isSameStep = (
  left: Pick<TextDelta, 'runId' | 'step'>,
  right: Pick<TextDelta, 'runId' | 'step'>,
): boolean => left.runId === right.runId && left.step === right.step;
