import { HarnessError } from '../host/harness-error.ts';
import type { Failure, Principal } from './event.ts';
import type { RunRequest } from './runner.ts';

// Who enters a session, decided in the transaction that enters them.
//
//   O1. A session belongs to the principal of its first message, for good: id, role and tenant.
//   O2. A run of anybody else is refused, and so is one of a session whose state a newer version of this code has written;
//       a refused run changes nothing.
//   O3. State of an older version is migrated as its next run enters, and that run tells so.

export interface Admitted {
  /** Counts the session's runs from 1. */
  readonly runOrdinal: number;
  /** The run admitted just before this one; it must settle first. */
  readonly previousRunId: string | null;
  /** Versions of the session's state, where it had to be migrated. */
  readonly migrated?: { readonly from: number; readonly to: number };
}

export type Admission = Admitted | { readonly refused: Failure };

/** What a session is known by when a run asks to enter. */
export interface EnteredSession {
  readonly stateVersion: number;
  /** Undefined while it is nobody's. */
  readonly owner: Principal | undefined;
}

/** What a migration may do to a session, in the transaction that admits the run. */
interface MigratedSession {
  readonly owner: Principal;
  /** Enters the owner, and writes the tenant on all that the session has. */
  readonly giveTo: (owner: Principal) => Promise<void>;
}

/** The migration at index n turns state of version n + 1 into that of version n + 2. */
const migrations: readonly ((session: MigratedSession) => Promise<void>)[] = [
  // Version 1 knew no owners.
  ({ owner, giveTo }) => giveTo(owner),
];

export const currentStateVersion = migrations.length + 1;

/** Why this run may not enter; undefined when it may. */
export function objectionTo(
  { stateVersion, owner }: EnteredSession,
  { sessionId, principal }: Pick<RunRequest, 'sessionId' | 'principal'>,
): Failure | undefined {
  if (stateVersion > currentStateVersion) {
    return failureOf(new SessionVersionError(sessionId, stateVersion));
  }
  if (owner !== undefined && !isSamePrincipal(owner, principal)) {
    return failureOf(new SessionNotOwnedError(sessionId, principal));
  }
  return undefined;
}

/** Brings a session's state from version `from` to this code's, one version after the other. */
export async function migrateState(
  from: number,
  session: MigratedSession,
): Promise<Pick<Admitted, 'migrated'>> {
  if (from === currentStateVersion) return {};
  for (const migration of migrations.slice(from - 1)) await migration(session);
  return { migrated: { from, to: currentStateVersion } };
}

export const isSamePrincipal = (left: Principal, right: Principal): boolean =>
  left.id === right.id && left.tenant === right.tenant && left.role === right.role;

const failureOf = ({ code, message }: HarnessError): Failure => ({ code, message });

/** A newer version of this code has written the session. */
export class SessionVersionError extends HarnessError {
  constructor(sessionId: string, stateVersion: number) {
    super({
      code: 'SESSION_VERSION',
      message: `The state of session ${sessionId} is of version ${stateVersion}; this code knows versions up to ${currentStateVersion}.`,
      hint: 'Send the message to a process of the newer version, or bring this one up to it.',
    });
  }
}

/** Says no more than that there is no such session for this principal: it may be somebody else's. */
export class SessionNotOwnedError extends HarnessError {
  constructor(sessionId: string, { id, tenant }: Principal) {
    super({
      code: 'SESSION_MISSING',
      message: `${id} of ${tenant} has no session ${sessionId}.`,
      hint: 'Begin a session under another id.',
    });
  }
}
