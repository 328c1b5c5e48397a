import type { Fact } from '../session/event.ts';
import {
  type ExpiryStore,
  expiryPlace,
  type SessionExpiry,
  type SessionLife,
} from '../session/session-expiry.ts';
import type { MemoryStore } from './memory-store.ts';

/** Ends the sessions of a memory store, by its clock. */
export function memoryExpiryStore(store: MemoryStore, now: () => number): ExpiryStore {
  const ended = new Map<string, number>();
  const look = async (sessionId: string, rules: SessionExpiry): Promise<SessionLife> => {
    const over = ended.get(sessionId);
    if (over !== undefined) return { kind: 'expired', expiredAt: over, isNews: false };
    const times = store.times(sessionId);
    if (times === undefined) return { kind: 'open', endsAt: Number.POSITIVE_INFINITY };
    const idleEnd = times.activeAt + (rules.idleMs ?? Number.POSITIVE_INFINITY);
    const end = Math.min(idleEnd, times.createdAt + (rules.lifetimeMs ?? Number.POSITIVE_INFINITY));
    if (now() < end) return { kind: 'open', endsAt: end };
    ended.set(sessionId, end);
    const fact: Fact = {
      type: 'session-expired',
      cause: end === idleEnd ? 'idle' : 'lifetime',
      expiredAt: end,
    };
    await store.appendEvents(sessionId, [{ ...expiryPlace, fact }]);
    return { kind: 'expired', expiredAt: end, isNews: true };
  };
  return {
    look,
    keepAlive: async (sessionId, rules) => {
      const life = await look(sessionId, rules);
      if (life.kind === 'open') store.touch(sessionId);
      return life;
    },
  };
}
