import type { z } from 'zod';
import {
  type Conversation,
  hasTool,
  lastToolResult,
  type Play,
  type Playbook,
} from '#harness/testing';
import { chargeListSchema } from './tools/get-charges.ts';

// What scripted models of the desk share. They read the conversation as a model would and know nothing else.

export type ListedCharge = z.infer<typeof chargeListSchema>['charges'][number];

/** Triage is on duty: it alone may hand over. */
export const isTriage = (conversation: Conversation): boolean => hasTool(conversation, 'handoff');

/** True when the tool has been called, whether it did what it was asked or refused. */
export const hasAnswered = (conversation: Conversation, tool: string): boolean =>
  lastToolResult(conversation, tool) !== undefined;

/** The charges as getCharges last listed them. Throws when it has not. */
export function listedCharges(conversation: Conversation): readonly ListedCharge[] {
  return chargeListSchema.parse(lastToolResult(conversation, 'getCharges')?.output).charges;
}

/** Two charges of one amount on one invoice, oldest first, as a reader of the list sees them. Undefined without any. */
export function findPair(
  charges: readonly ListedCharge[],
): { readonly first: ListedCharge; readonly second: ListedCharge } | undefined {
  for (const [index, first] of charges.entries()) {
    const second = charges
      .slice(index + 1)
      .find(({ invoiceId, amount }) => invoiceId === first.invoiceId && amount === first.amount);
    if (second !== undefined) return { first, second };
  }
  return undefined;
}

/** A turn that drafts a mail and sends it. */
export const say = (subject: string, body: string): ReturnType<Play['answer']> => ({
  calls: [
    { tool: 'draftReply', input: { subject, body } },
    { tool: 'sendReply', input: {} },
  ],
});

/** Answers everything with a word and does nothing. */
export const nullPlaybook: Playbook = {
  name: 'null',
  plays: [{ name: 'say a word', when: () => true, answer: () => ({ text: 'Hello.' }) }],
};
