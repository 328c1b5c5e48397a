import type { Decision } from '../session/approval.ts';
import type { ApprovalDesk } from '../session/approval-desk.ts';
import { redact, redactText } from './redact.ts';

/** A desk that keeps of a decision only what may be kept: who decides pastes card numbers and keys like anybody else. */
export function redactedDesk({ list, decide }: ApprovalDesk): ApprovalDesk {
  return { list, decide: async (decision) => decide(redactDecision(decision)) };
}

function redactDecision(decision: Decision): Decision {
  const { reason, editedArguments } = decision;
  return {
    ...decision,
    reason: redactText(reason, { profile: 'stored' }).value,
    ...(editedArguments === undefined
      ? {}
      : { editedArguments: redact(editedArguments, { profile: 'stored' }).value }),
  };
}
