import type { Log } from '../host/host.ts';
import type { SessionEvent } from '../session/event.ts';
import { runEnds, type SessionStore } from '../session/session-store.ts';
import { emptyThread, lineFields, type RunThread, threadBehind } from './event-line.ts';

/**
 * The same store, which writes a line for every event that it newly stores: a run that tells its story again after a
 * crash stores nothing and is logged no second time. Of an event that was stored by a process that died at once, the
 * line may be missing; the event is in the session's log.
 */
export function loggedStore(store: SessionStore, log: Log): SessionStore {
  const threads = new Map<string, RunThread>();
  return {
    ...store,
    appendEvents: async (sessionId, drafts) => {
      const stored = await store.appendEvents(sessionId, drafts);
      for (const event of stored) {
        const thread = threads.get(event.runId) ?? (await threadBefore(event, store));
        const level = event.fact.type.endsWith('-failed') ? 'warn' : 'info';
        log[level](event.fact.type, lineFields(event, thread));
        threads.set(event.runId, threadBehind(event, thread));
        if (isOver(event)) threads.delete(event.runId);
      }
      return stored;
    },
  };
}

/** What a run of which this process has stored nothing yet has told so far: nothing, or what an earlier life told. */
async function threadBefore(event: SessionEvent, store: SessionStore): Promise<RunThread> {
  if (event.fact.type === 'message-received') return emptyThread;
  const told = await store.readEvents(event.sessionId, 0);
  return told
    .filter(({ runId, seq }) => runId === event.runId && seq < event.seq)
    .reduce((thread, each) => threadBehind(each, thread), emptyThread);
}

const isOver = ({ fact }: SessionEvent): boolean => runEnds.includes(fact.type);
