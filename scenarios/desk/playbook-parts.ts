import { z } from 'zod';
import {
  type Conversation,
  hasTool,
  lastToolResult,
  type Play,
  type Playbook,
} from '#harness/testing';

// What scripted models of the desk share. They read the conversation as a model would and know nothing else.

/** Triage is on duty: it alone files requests. */
export const isTriage = (conversation: Conversation): boolean =>
  hasTool(conversation, 'classifyItem');

/** True when the tool has been called, whether it did what it was asked or refused. */
export const hasAnswered = (conversation: Conversation, tool: string): boolean =>
  lastToolResult(conversation, tool) !== undefined;

/** The customer's latest message. */
export const lastSaid = ({ messages }: Conversation): string =>
  messages.findLast((message) => message.role === 'user')?.text ?? '';

/** A turn that runs a program in code mode. */
export const run = (program: string, text?: string): ReturnType<Play['answer']> => ({
  ...(text === undefined ? {} : { text }),
  calls: [{ tool: 'runCode', input: { program } }],
});

const completedSchema = z.object({ kind: z.literal('completed'), value: z.unknown() });

/** What the last program returned. Throws when there was none, it failed, or it returned something else. */
export function programValue<Schema extends z.ZodType>(
  conversation: Conversation,
  schema: Schema,
): z.infer<Schema> {
  const { output } = lastToolResult(conversation, 'runCode') ?? {};
  return schema.parse(completedSchema.parse(output).value);
}

const duplicateSchema = z.object({
  duplicate: z.object({
    chargeId: z.string(),
    invoiceId: z.string(),
    currency: z.string(),
    amountMinor: z.number(),
    stays: z.string(),
  }),
});
export type Duplicate = z.infer<typeof duplicateSchema>['duplicate'];

/** What the duplicateProgram has found. Throws when it found nothing. */
export const duplicateIn = (conversation: Conversation): Duplicate =>
  programValue(conversation, duplicateSchema).duplicate;

/** The last turn, once the customer has been written to. */
export const close: Play = {
  name: 'close',
  when: () => true,
  answer: () => ({ text: 'The answer is in your mailbox.' }),
};

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
