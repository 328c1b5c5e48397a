import type { Clock } from '../host/host.ts';
import type { Fact, SessionEvent, TextDelta } from './event.ts';
import type { RunRequest } from './runner.ts';
import type { SessionFeed } from './session-feed.ts';
import type { RecordReader, SessionStore } from './session-store.ts';

/** The text of one attempt at a model turn, on its way to those who watch. */
export interface TextStream {
  readonly add: (text: string) => Promise<void>;
  readonly flush: () => Promise<void>;
}

/** A run's hand on its session: what it tells is stored first and shown to viewers then. */
export interface SessionLog {
  /** Tells all facts of a step at once. Telling them again changes nothing. */
  readonly append: (step: string, facts: readonly Fact[]) => Promise<void>;
  /** Shows events that were stored elsewhere, in a step's own transaction. */
  readonly show: (events: readonly SessionEvent[]) => void;
  readonly openText: (step: string) => Promise<TextStream>;
  readonly records: RecordReader;
}

/**
 * Text that arrives within this time of the last stored delta waits for the next. A row and its notification cost what a
 * dozen tokens may; a reader is shown text ten times a second, and the first piece at once.
 */
const textBatchMs = 100;

export interface SessionLogParts {
  readonly store: SessionStore;
  readonly feed: SessionFeed;
  readonly clock: Clock;
}

export function openSessionLog(
  { sessionId, runId, principal }: Pick<RunRequest, 'sessionId' | 'runId' | 'principal'>,
  { store, feed, clock }: SessionLogParts,
): SessionLog {
  const show = (events: readonly SessionEvent[]): void => {
    if (events.length > 0) feed.publish(sessionId);
  };
  return {
    show,
    records: store.asTenant(principal.tenant).records(sessionId),
    append: async (step, facts) => {
      const drafts = facts.map((fact, ordinal) => ({ runId, step, ordinal, fact }));
      show(await store.appendEvents(sessionId, drafts));
    },
    openText: async (step) => {
      const turn = { sessionId, runId, step };
      const attempt = await store.beginAttempt(turn);
      feed.publish(sessionId);
      return createTextStream(clock, async (ordinal, text) => {
        const delta: TextDelta = { ...turn, attempt, ordinal, text };
        await store.appendDelta(delta);
        feed.publish(sessionId);
      });
    },
  };
}

function createTextStream(
  clock: Clock,
  store: (ordinal: number, text: string) => Promise<void>,
): TextStream {
  let ordinal = 0;
  let waiting = '';
  let storedAt = Number.NEGATIVE_INFINITY;
  const flush = async (): Promise<void> => {
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    await store(ordinal, text);
    ordinal += 1;
    storedAt = clock.now();
  };
  return {
    flush,
    add: async (text) => {
      waiting += text;
      if (clock.now() - storedAt >= textBatchMs) await flush();
    },
  };
}
