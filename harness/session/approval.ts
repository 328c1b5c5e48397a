import { fingerprint } from '../host/fingerprint.ts';
import type { Json, Principal } from './event.ts';

/**
 * `pending` until a person decides or time does; `approved` until the call that it is for consumes it, once. `rejected` is a
 * person's no, `expired` is nobody's answer, `cancelled` is a run that no longer asks.
 */
export type ApprovalStatus =
  | 'pending'
  | 'approved'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  | 'consumed';

/** What a tool asks a person before it acts. */
export interface ApprovalRequest {
  /** The call's idempotency key: asked twice, it is one question. */
  readonly approvalId: string;
  readonly tenant: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  readonly tool: string;
  readonly arguments: Json;
  /** What of the arguments makes it the same question in other words; absent, all of them. It is compared and not kept. */
  readonly subject?: Json;
  /** What the arguments were judged against; compared again before the tool acts. */
  readonly stateVersion: string;
  /** Id of the principal for whom the tool would act; never the decider. */
  readonly requestedBy: string;
  /** The decider has one of these roles. */
  readonly roles: readonly string[];
  /** Why a person is asked, for that person. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly expiresAt: number;
}

export interface Approval extends Omit<ApprovalRequest, 'subject'> {
  readonly status: ApprovalStatus;
  readonly decidedBy?: string;
  readonly decisionReason?: string;
  /** What will be done instead of `arguments`. */
  readonly editedArguments?: Json;
  readonly decidedAt?: number;
}

/** A person's answer to a request. */
export interface Decision {
  readonly approvalId: string;
  readonly by: Principal;
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  /** Approves these arguments instead. */
  readonly editedArguments?: Json;
}

/** Where approvals are kept. A decision is taken once, whoever else decides at that moment. */
export interface ApprovalStore {
  /**
   * Enters a request, or finds the one entered before. A request whose tool and subject a person has rejected in this
   * session before is entered as rejected: nobody is asked the same twice, in whatever words.
   */
  readonly request: (request: ApprovalRequest) => Promise<Approval>;
  readonly find: (approvalId: string) => Promise<Approval | undefined>;
  /** Of a tenant, oldest first; those of one session, or all. */
  readonly list: (tenant: string, sessionId?: string) => Promise<readonly Approval[]>;
  /** Turns pending into approved or rejected; of several deciders one wins. Returns the row as it stands after. */
  readonly decide: (
    decision: Decision,
    decidedAt: number,
  ) => Promise<{ readonly won: boolean; readonly approval: Approval }>;
  /** Turns pending into `expired` or `cancelled`; anything else stays. */
  readonly end: (approvalId: string, status: 'expired' | 'cancelled') => Promise<Approval>;
  /** Turns approved into consumed. True as well for one consumed before: the step of its one call runs again. */
  readonly consume: (approvalId: string) => Promise<boolean>;
}

/** Equal for two requests that ask a person the same. What is approved is bound to the exact arguments all the same. */
export const questionHash = ({
  tool,
  arguments: asked,
  subject = asked,
}: Pick<ApprovalRequest, 'tool' | 'arguments' | 'subject'>): string => fingerprint([tool, subject]);
