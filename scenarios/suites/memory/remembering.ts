import { z } from 'zod';
import { memoryMarker } from '#harness';
import { type Conversation, lastToolResult, type Play } from '#harness/testing';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';

// What scripted models share that are not shown everything: they read what is remembered as a model would.

const rememberedSchema = z.object({
  facts: z.array(
    z.object({
      kind: z.string(),
      at: z.string(),
      tool: z.string().optional(),
      output: z.unknown().optional(),
    }),
  ),
  summary: z.string(),
});
type Remembered = z.infer<typeof rememberedSchema>;

/** What the conversation's memory says the tool has done last, and when. */
const rememberedIn = (
  conversation: Conversation,
  tool: string,
): Remembered['facts'][number] | undefined =>
  memoriesIn(conversation).findLast((fact) => fact.kind === 'done' && fact.tool === tool);

/** Whether the tool has done something, as far as the conversation shows it or its memory knows it. */
export const isDone = (conversation: Conversation, tool: string): boolean =>
  lastToolResult(conversation, tool) !== undefined ||
  rememberedIn(conversation, tool) !== undefined;

/** True while the result itself is shown. */
export const isShown = (conversation: Conversation, tool: string): boolean =>
  lastToolResult(conversation, tool) !== undefined;

/** The receipt of the refund, shown or remembered; undefined without one. */
export function receiptIn(
  conversation: Conversation,
): { readonly amount: string; readonly on?: string } | undefined {
  const shown = refundReceiptSchema.safeParse(lastToolResult(conversation, 'issueRefund')?.output);
  if (shown.success) return { amount: shown.data.amount };
  const fact = rememberedIn(conversation, 'issueRefund');
  const remembered = refundReceiptSchema.safeParse(fact?.output);
  if (fact === undefined || !remembered.success) return undefined;
  return { amount: remembered.data.amount, on: fact.at.slice(0, 'YYYY-MM-DD'.length) };
}

function memoriesIn({ messages }: Conversation): Remembered['facts'] {
  return messages.flatMap((message) => {
    if (message.role !== 'user' || !message.text.startsWith(memoryMarker)) return [];
    return rememberedSchema.parse(JSON.parse(message.text.slice(memoryMarker.length))).facts;
  });
}

/** Whoever has no tools and is given a conversation as data writes the summary. */
const isSummariser = ({ system, tools }: Conversation): boolean =>
  tools.length === 0 && system.startsWith('You keep the running summary');

/** The summary, as prose that holds no amount and no id: those are kept elsewhere. */
export const summarise: Play = {
  name: 'summarise',
  when: isSummariser,
  answer: () => ({
    text: 'A customer reported that one invoice was charged twice; small talk followed.',
  }),
};
