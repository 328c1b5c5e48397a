import type { Principal, SessionEvent } from '../session/event.ts';
import { sessionMissing } from './api-error.ts';
import type { ServedHarness } from './served-harness.ts';

// Who may enter a session.
//
//   O1. A session belongs to the principal of its first message, for good.
//   O2. Its owner writes and reads; staff of the owner's tenant reads; for everybody else it is not there.
//   O3. A new session belongs to who claimed it first in this process, from before the message is sent.

/** How many owners are remembered; what is forgotten is read from the log again. */
const rememberedOwners = 10_000;

export interface SessionAccess {
  /** Throws ApiError 404 unless `principal` may read the session. */
  readonly toRead: (sessionId: string, principal: Principal) => Promise<void>;
  /**
   * Runs `send` if the session is the principal's or nobody's yet, and then it is the principal's. Throws ApiError 404
   * if it is another's.
   */
  readonly toWrite: <Result>(
    sessionId: string,
    principal: Principal,
    send: () => Promise<Result>,
  ) => Promise<Result>;
}

export function createSessionAccess(
  harness: ServedHarness,
  staffRoles: readonly string[],
): SessionAccess {
  const owners = new Map<string, Principal>();
  const remember = (sessionId: string, owner: Principal): Principal => {
    // Whoever is remembered already was first.
    const first = owners.get(sessionId) ?? owner;
    owners.set(sessionId, first);
    for (const oldest of owners.keys()) {
      if (owners.size <= rememberedOwners) break;
      owners.delete(oldest);
    }
    return first;
  };
  const ownerOf = async (sessionId: string): Promise<Principal | undefined> => {
    const known = owners.get(sessionId);
    if (known !== undefined) return known;
    const logged = firstSpeaker(await harness.events(sessionId));
    return logged === undefined ? owners.get(sessionId) : remember(sessionId, logged);
  };
  return {
    toRead: async (sessionId, principal) => {
      const owner = await ownerOf(sessionId);
      if (owner === undefined || !mayRead(principal, owner, staffRoles)) throw sessionMissing();
    },
    toWrite: async (sessionId, principal, send) => {
      const earlier = await ownerOf(sessionId);
      const owner = earlier ?? remember(sessionId, principal);
      if (!isSame(owner, principal)) throw sessionMissing();
      try {
        return await send();
      } catch (error) {
        // A claim that came to nothing is given up; if the log knows better it is read again.
        if (earlier === undefined) owners.delete(sessionId);
        throw error;
      }
    },
  };
}

function mayRead(principal: Principal, owner: Principal, staffRoles: readonly string[]): boolean {
  if (isSame(principal, owner)) return true;
  return principal.tenant === owner.tenant && staffRoles.includes(principal.role);
}

const isSame = (left: Principal, right: Principal): boolean =>
  left.id === right.id && left.tenant === right.tenant && left.role === right.role;

function firstSpeaker(events: readonly SessionEvent[]): Principal | undefined {
  for (const { fact } of events) if (fact.type === 'message-received') return fact.principal;
  return undefined;
}
