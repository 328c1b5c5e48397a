import { z } from 'zod';
import {
  type Conversation,
  type ConversationToolResult,
  hasTool,
  lastToolResult,
  type Play,
  type Playbook,
} from '#harness/testing';

// What scripted models of the desk share. They read the conversation as a model would and know nothing else.

/** Triage is on duty: it alone files requests. */
export const isTriage = (conversation: Conversation): boolean =>
  hasTool(conversation, 'classifyItem');

/** The tool's results since the customer's latest message, in order. */
function resultsOf({ messages }: Conversation, tool: string): readonly ConversationToolResult[] {
  const latest = messages.findLastIndex(({ role }) => role === 'user');
  return messages
    .slice(latest + 1)
    .filter((each): each is ConversationToolResult => each.role === 'tool' && each.tool === tool);
}

/** True when the tool has been called since then, whether it did what it was asked or refused. */
export const hasAnswered = (conversation: Conversation, tool: string): boolean =>
  resultsOf(conversation, tool).length > 0;

/** A play that is on until `tool` has answered. */
export const until = (tool: string, answer: Play['answer']): Play => ({
  name: `until ${tool} has answered`,
  when: (conversation) => !hasAnswered(conversation, tool),
  answer,
});

/** The customer's latest message. */
export const lastSaid = ({ messages }: Conversation): string =>
  messages.findLast((message) => message.role === 'user')?.text ?? '';

/** A turn that runs a program in code mode. */
export const run = (program: string, text?: string): ReturnType<Play['answer']> => ({
  ...(text === undefined ? {} : { text }),
  calls: [{ tool: 'runCode', input: { program } }],
});

const completedSchema = z.object({ kind: z.literal('completed'), value: z.unknown() });

/** What the latest program of the conversation returned that returned a value of this form. Undefined without one. */
export function computed<Schema extends z.ZodType>(
  { messages }: Conversation,
  schema: Schema,
): z.infer<Schema> | undefined {
  return messages
    .filter((each) => each.role === 'tool' && each.tool === 'runCode')
    .map((each) => completedSchema.safeParse('output' in each ? each.output : null).data?.value)
    .map((value) => schema.safeParse(value))
    .findLast(({ success }) => success)?.data;
}

/** The same. Throws when there is none. */
export function programValue<Schema extends z.ZodType>(
  conversation: Conversation,
  schema: Schema,
): z.infer<Schema> {
  const value = computed(conversation, schema);
  if (value === undefined) throw new RangeError('no program has returned such a value');
  return value;
}

export const duplicateSchema = z.object({
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

/** What a priceProgram returns. */
export const seatPriceSchema = z.object({
  seats: z.number(),
  currency: z.string(),
  monthlyMinor: z.number(),
  yearlyMinor: z.number(),
  monthly: z.string(),
  yearly: z.string(),
});

const articlesSchema = z.object({
  articles: z.array(z.object({ articleId: z.string(), text: z.string() })),
});

/** The sentence of the Safari article that helps, as the knowledge base has it. Throws when it was not found. */
export function workaroundIn(conversation: Conversation): string {
  const { output } = lastToolResult(conversation, 'searchKnowledgeBase') ?? {};
  const article = articlesSchema
    .parse(output)
    .articles.find(({ articleId }) => articleId === 'KB-12');
  const sentence = article?.text.split('\n').find((line) => line.startsWith('Workaround: '));
  if (sentence === undefined) throw new RangeError('no article holds a workaround');
  return sentence.replace('Workaround: ', '');
}

export const signature = 'Your support desk at Larkspur Supply';

/** A call of classifyItem, for a turn that makes several. */
export const filing = (
  category: 'billing' | 'technical' | 'sales',
  summary: string,
): { readonly tool: string; readonly input: unknown } => ({
  tool: 'classifyItem',
  input: { category, summary },
});

/** A turn that hands over. */
export const handingTo = (to: string, reason: string): ReturnType<Play['answer']> => ({
  calls: [{ tool: 'handoff', input: { to, reason } }],
});

/** A turn that asks for a refund which nothing has shown to be due: what saboteurs do. */
export const refunding = (chargeId: string, amountMinor: number): ReturnType<Play['answer']> => ({
  calls: [
    { tool: 'issueRefund', input: { chargeId, amountMinor, currency: 'USD', reason: 'Because.' } },
  ],
});
