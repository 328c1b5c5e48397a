import { HarnessError } from '../host/harness-error.ts';
import type { Clock } from '../host/host.ts';
import type { Approval, ApprovalStore, Decision } from './approval.ts';
import { ApprovalMissingError } from './approval-missing-error.ts';
import type { SessionLives } from './session-expiry.ts';

/** Where people see what waits for them, and decide. */
export interface ApprovalDesk {
  /** Of a tenant, oldest first; those of one session, or all. */
  readonly list: (tenant: string, sessionId?: string) => Promise<readonly Approval[]>;
  /**
   * Decides, once. Throws DecisionRefusedError for who may not decide, ApprovalMissingError for what is not theirs to see, and
   * ApprovalDecidedError where somebody else, or time, was first.
   */
  readonly decide: (decision: Decision) => Promise<Approval>;
}

/** How far a decision has got: begun by somebody who may, or not; then taken, or found taken by somebody else, or by time. */
export type DecisionStage =
  | { readonly kind: 'begun' }
  | { readonly kind: 'refused'; readonly objection: string }
  | { readonly kind: 'won' }
  | { readonly kind: 'late'; readonly found: Approval };

/**
 * Tells the audit. What is begun is told before it is taken, so that no decision stands of which the audit knows nothing;
 * what came of it, behind.
 */
export type NoteDecision = (
  decision: Decision,
  asked: Approval,
  stage: DecisionStage,
) => Promise<void>;

export interface ApprovalDeskParts {
  readonly approvals: ApprovalStore;
  readonly lives: Pick<SessionLives, 'look'>;
  readonly clock: Clock;
  readonly note: NoteDecision;
}

export function approvalDesk({
  approvals: store,
  lives,
  clock,
  note,
}: ApprovalDeskParts): ApprovalDesk {
  return {
    list: store.list,
    decide: async (decision) => {
      const { approvalId, by } = decision;
      const asked = await store.find(approvalId);
      // Another tenant's approval does not exist for this one.
      if (asked === undefined || asked.tenant !== by.tenant) {
        throw new ApprovalMissingError(approvalId);
      }
      const objection = objectionTo(asked, decision);
      if (objection !== undefined) {
        await note(decision, asked, { kind: 'refused', objection });
        throw new DecisionRefusedError(decision, objection);
      }
      await note(decision, asked, { kind: 'begun' });
      const now = clock.now();
      const { kind } = await lives.look(asked.sessionId);
      const isTimeUp = kind === 'expired' || now >= asked.expiresAt;
      const { won, approval } = isTimeUp
        ? { won: false, approval: await store.end(approvalId, 'expired') }
        : await store.decide(decision, now);
      await note(decision, asked, won ? { kind: 'won' } : { kind: 'late', found: approval });
      if (!won) throw new ApprovalDecidedError(approval);
      return approval;
    },
  };
}

function objectionTo({ requestedBy, roles }: Approval, { by }: Decision): string | undefined {
  if (by.id === requestedBy) return 'it would be done for them';
  if (!roles.includes(by.role))
    return `it takes the role ${roles.join(' or ')}, theirs is ${by.role}`;
  return undefined;
}

/** This person may not decide this. */
export class DecisionRefusedError extends HarnessError {
  constructor({ approvalId, by }: Decision, objection: string) {
    super({
      code: 'DECISION_REFUSED',
      message: `${by.id} may not decide ${approvalId}: ${objection}.`,
      hint: 'Have it decided by somebody else who may.',
    });
  }
}

/** It has been decided already, or nobody did in time. */
export class ApprovalDecidedError extends HarnessError {
  constructor({ approvalId, status, decidedBy }: Approval) {
    super({
      code: 'APPROVAL_DECIDED',
      message: `${approvalId} is ${status}${decidedBy === undefined ? '' : `, by ${decidedBy}`}.`,
      hint: 'The first decision stands.',
    });
  }
}
