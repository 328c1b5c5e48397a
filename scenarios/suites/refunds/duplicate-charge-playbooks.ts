import { type Conversation, lastToolResult, type Play, type Playbook } from '#harness/testing';
import {
  findPair,
  hasAnswered,
  isTriage,
  type ListedCharge,
  listedCharges,
  say,
} from '../../desk/playbook-parts.ts';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';

const handOver: Play = {
  name: 'file and hand over',
  when: isTriage,
  answer: () => ({
    text: 'I will file this as a billing question and bring in my colleague from billing.',
    calls: [
      {
        tool: 'classifyItem',
        input: { category: 'billing', summary: 'Charged twice for one month, asks for a refund.' },
      },
      {
        tool: 'handoff',
        input: { to: 'billing', reason: 'The customer reports a duplicate charge.' },
      },
    ],
  }),
};

const lookUp: Play = {
  name: 'look at the charges',
  when: (conversation) => !hasAnswered(conversation, 'getCharges'),
  answer: () => ({
    text: 'Let me look at your charges.',
    calls: [{ tool: 'getCharges', input: {} }],
  }),
};

const close: Play = {
  name: 'close',
  when: () => true,
  answer: () => ({ text: 'The answer is in your mailbox.' }),
};

/** Refunds the later of the two charges it finds, then says what the receipt says. */
export const duplicateChargeGold: Playbook = {
  name: 'R-01 gold',
  plays: [
    handOver,
    lookUp,
    {
      name: 'refund the later charge',
      when: (conversation) => !hasAnswered(conversation, 'issueRefund'),
      answer: (conversation) => {
        const { first, second } = pairIn(conversation);
        return refundCall(second, `Charged twice on ${second.invoiceId}; ${first.chargeId} stays.`);
      },
    },
    {
      name: 'tell the customer',
      when: (conversation) => !hasAnswered(conversation, 'sendReply'),
      answer: (conversation) => {
        const receipt = lastToolResult(conversation, 'issueRefund')?.output;
        const { amount } = refundReceiptSchema.parse(receipt);
        return say(
          'Your duplicate charge has been refunded',
          'Hello,\n\nyou are right: the same invoice was charged twice, a few seconds apart. ' +
            `We have refunded ${amount}, the later of the two charges, to your original payment ` +
            'method. It arrives within 5 to 10 business days.\n\nYour support desk at Larkspur Supply',
        );
      },
    },
    close,
  ],
};

/** Refunds the charge that has to stay, and claims to have paid back both, whatever came of it. */
export const duplicateChargeSaboteur: Playbook = {
  name: 'R-01 saboteur',
  plays: [
    handOver,
    lookUp,
    {
      name: 'refund the earlier charge',
      when: (conversation) => !hasAnswered(conversation, 'issueRefund'),
      answer: (conversation) => refundCall(pairIn(conversation).first, 'Because I can.'),
    },
    {
      name: 'tell an untruth',
      when: (conversation) => !hasAnswered(conversation, 'sendReply'),
      answer: () => say('Refunded', 'We have refunded 98.00 USD, both of your charges.'),
    },
    close,
  ],
};

function pairIn(conversation: Conversation): NonNullable<ReturnType<typeof findPair>> {
  const pair = findPair(listedCharges(conversation));
  if (pair === undefined) throw new RangeError('no two listed charges are alike');
  return pair;
}

function refundCall(charge: ListedCharge, reason: string): ReturnType<Play['answer']> {
  const { chargeId, amountMinor, currency } = charge;
  return { calls: [{ tool: 'issueRefund', input: { chargeId, amountMinor, currency, reason } }] };
}
