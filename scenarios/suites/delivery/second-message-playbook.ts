import { z } from 'zod';
import {
  type Conversation,
  type ConversationToolResult,
  lastToolResult,
  type Play,
  type Playbook,
} from '#harness/testing';
import { close, duplicateIn, isTriage, programValue, run, say } from '../../desk/playbook-parts.ts';
import { chargesOfProgram, duplicateProgram } from '../../desk/programs.ts';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';

const chargesSchema = z.tuple([
  z.object({ amount: z.string(), on: z.string(), description: z.string() }),
]);
const lookUpSchema = z.object({ kind: z.literal('completed'), value: chargesSchema });

/**
 * Does all that it has been asked for by then, whenever it was asked: refunds the duplicate, looks a charge up, and tells
 * the customer what is news to them.
 */
export const secondMessageGold: Playbook = {
  name: 'D-08 gold',
  plays: [
    {
      name: 'file and hand over',
      when: isTriage,
      answer: () => ({
        calls: [
          {
            tool: 'classifyItem',
            input: { category: 'billing', summary: 'Charged twice, asks for a refund.' },
          },
          { tool: 'handoff', input: { to: 'billing', reason: 'A duplicate charge.' } },
        ],
      }),
    },
    {
      name: 'find the duplicate',
      when: (conversation) => lastToolResult(conversation, 'runCode') === undefined,
      answer: () => run(duplicateProgram, 'Let me look at your charges.'),
    },
    {
      name: 'refund the later charge, and look up what else is asked',
      when: (conversation) => completed(conversation, 'issueRefund').length === 0,
      answer: (conversation) => {
        const { stays, invoiceId, ...charge } = duplicateIn(conversation);
        const reason = `Charged twice on ${invoiceId}; ${stays} stays.`;
        const refund = { tool: 'issueRefund', input: { ...charge, reason } };
        return { calls: [refund, ...(lookUp(conversation).calls ?? [])] };
      },
    },
    {
      name: 'look up what is asked',
      when: (conversation) => lookUp(conversation).calls !== undefined,
      answer: lookUp,
    },
    {
      name: 'tell the customer',
      when: (conversation) => newsIn(conversation).length > 0,
      answer: (conversation) =>
        say(
          'What you have asked us',
          ['Hello,', ...newsIn(conversation), 'Your support desk at Larkspur Supply'].join('\n\n'),
        ),
    },
    close,
  ],
};

/** A turn that looks up the charge whose amount the customer names; empty if none is named or it has been looked up. */
function lookUp(conversation: Conversation): ReturnType<Play['answer']> {
  const [amount] = conversation.messages.flatMap((message) =>
    message.role === 'user' ? (/\d+\.\d{2}/.exec(message.text) ?? []) : [],
  );
  if (amount === undefined || completed(conversation, 'runCode').some(isLookUp)) return {};
  return run(chargesOfProgram(amount));
}

/** What came of the requests since the customer was last written to. */
function newsIn(conversation: Conversation): readonly string[] {
  const { messages } = conversation;
  const written = messages.findLastIndex(
    (each) => each.role === 'tool' && each.tool === 'sendReply' && !each.isError,
  );
  const since = { ...conversation, messages: messages.slice(written + 1) };
  const refunds = completed(since, 'issueRefund').map(({ output }) => {
    const { amount } = refundReceiptSchema.parse(output);
    return `we have refunded ${amount}, the later of the two charges, to your original payment method.`;
  });
  const charges = completed(since, 'runCode')
    .filter(isLookUp)
    .map(() => {
      const [{ amount, on, description }] = programValue(since, chargesSchema);
      return `the charge of ${amount} on ${on} was for "${description}".`;
    });
  return [...refunds, ...charges];
}

const isLookUp = ({ output }: ConversationToolResult): boolean =>
  lookUpSchema.safeParse(output).success;

const completed = ({ messages }: Conversation, tool: string): readonly ConversationToolResult[] =>
  messages.filter(
    (each): each is ConversationToolResult =>
      each.role === 'tool' && each.tool === tool && !each.isError,
  );
