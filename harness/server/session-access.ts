import { isSamePrincipal } from '../session/admission.ts';
import type { Principal } from '../session/event.ts';
import { sessionMissing } from './api-error.ts';
import type { ServedHarness, ServedReader } from './served-harness.ts';

// Who may enter a session. Whose it is stands in the store, which every server of the database asks: O1 of admission.ts.
// Its owner writes and reads; staff of the owner's tenant reads; for everybody else it is not there.

export interface SessionAccess {
  /** What `principal` reads the session with. Throws ApiError 404 unless they may. */
  readonly toRead: (sessionId: string, principal: Principal) => Promise<ServedReader>;
  /** Throws ApiError 404 unless the session is there and `principal`'s. */
  readonly toChange: (sessionId: string, principal: Principal) => Promise<void>;
  /** Makes a session that is not there the principal's. Throws ApiError 404 if it is another's. */
  readonly toWrite: (sessionId: string, principal: Principal) => Promise<void>;
}

export function createSessionAccess(
  harness: Pick<ServedHarness, 'asTenant' | 'claim'>,
  staffRoles: readonly string[],
): SessionAccess {
  return {
    toRead: async (sessionId, principal) => {
      const reader = harness.asTenant(principal.tenant);
      const owner = await reader.owner(sessionId);
      if (owner === undefined || !mayRead(principal, owner, staffRoles)) throw sessionMissing();
      return reader;
    },
    toChange: async (sessionId, principal) => {
      const owner = await harness.asTenant(principal.tenant).owner(sessionId);
      if (owner === undefined || !isSamePrincipal(owner, principal)) throw sessionMissing();
    },
    toWrite: async (sessionId, principal) => {
      const owner = await harness.claim(sessionId, principal);
      if (!isSamePrincipal(owner, principal)) throw sessionMissing();
    },
  };
}

function mayRead(principal: Principal, owner: Principal, staffRoles: readonly string[]): boolean {
  if (isSamePrincipal(principal, owner)) return true;
  return principal.tenant === owner.tenant && staffRoles.includes(principal.role);
}
