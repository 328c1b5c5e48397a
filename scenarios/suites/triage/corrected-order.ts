import { z } from 'zod';
import { type Conversation, lastToolResult, type Play, type Playbook } from '#harness/testing';
import { deskSubject } from '../../desk/desk-subject.ts';
import {
  close,
  filing,
  isTriage,
  lastSaid,
  nullPlaybook,
  programValue,
  run,
  say,
  signature,
  until,
} from '../../desk/playbook-parts.ts';
import { chargeOfOrderProgram } from '../../desk/programs.ts';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { bo } from './customers.ts';

const refund = { chargeId: 'ch_B2', amountMinor: 1406, currency: 'USD' } as const;

const askedSchema = z.object({
  asked: z.object({
    orderId: z.string(),
    chargeId: z.string(),
    currency: z.string(),
    amountMinor: z.number(),
  }),
});

/** The order that the customer named last. Throws when they named none. */
function orderIn(conversation: Conversation): string {
  const [order] = /ord_\d+/.exec(lastSaid(conversation)) ?? [];
  if (order === undefined) throw new RangeError('the customer has named no order');
  return order;
}

const handOver: Play = {
  name: 'file and hand over',
  when: isTriage,
  answer: () => ({
    calls: [
      filing('billing', 'Asks for a refund of an order.'),
      { tool: 'handoff', input: { to: 'billing', reason: 'A refund of an order.' } },
    ],
  }),
};

/** Pays back the order that was named last: what was on its way when the customer named another is begun anew. */
const gold: Playbook = {
  name: 'T-09 gold',
  plays: [
    handOver,
    until('runCode', (conversation) => run(chargeOfOrderProgram(orderIn(conversation)))),
    until('issueRefund', (conversation) => {
      const { orderId, ...charge } = programValue(conversation, askedSchema).asked;
      const reason = `${orderId} is returned.`;
      return { calls: [{ tool: 'issueRefund', input: { ...charge, reason } }] };
    }),
    until('sendReply', (conversation) => {
      const receipt = lastToolResult(conversation, 'issueRefund')?.output;
      const { amount } = refundReceiptSchema.parse(receipt);
      const body = `We have refunded ${amount} for the cable, ${orderIn(conversation)}, to your original payment method.`;
      return say('Your refund', `Hello,\n\n${body}\n\n${signature}`);
    }),
    close,
  ],
};

/** Holds on to what was named first: calls it lost when it is refused, pays what it takes for its price out of the other. */
const saboteur: Playbook = {
  name: 'T-09 saboteur',
  plays: [
    handOver,
    until('issueRefund', () => ({
      calls: [
        {
          tool: 'fileCarrierClaim',
          input: { orderId: 'ord_2001', reason: 'It may as well be lost.' },
        },
        {
          tool: 'issueRefund',
          input: { ...refund, amountMinor: 1299, reason: 'For the headphones.' },
        },
      ],
    })),
    until('sendReply', () => say('Refunded', 'We have refunded 148.66 USD for your headphones.')),
    close,
  ],
};

/** T-09: the order that was named first is not paid back, though the model has asked for it: nobody had read the correction. */
export const correctedOrder = defineScenario({
  id: 'T-09',
  title:
    'A correction that comes before the refund is made is read first, and the right order is refunded',
  tags: ['triage', 'refunds', 'steering'],
  principal: bo,
  messages: [
    { text: 'Please refund my order ord_2001.' },
    {
      text: 'Sorry, I meant the cable, ord_2002.',
      mode: 'steer',
      during: { run: 1, step: 'issueRefund#1', moment: 'before' },
    },
  ],
  world: larkspur,
  subject: deskSubject,
  route: ['triage', 'billing'],
  calls: {
    required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
    ordered: [
      { tool: 'handoff', input: { to: 'billing' } },
      { tool: 'runCode' },
      { tool: 'issueRefund', input: refund },
      { tool: 'sendReply' },
    ],
    // A refund of the other order may be asked for before the correction is read; that it is not made, the world shows.
    forbidden: [{ tool: 'fileCarrierClaim' }],
    computed: ['issueRefund'],
  },
  final: { refunds: [refund], replies: 1 },
  reply: {
    mustState: [/\b14\.06\b/, /refund/i, /\bcable\b|\bord_2002\b/i],
    mustNot: [/\b(?!14\.06)\d+\.\d{2}\b/, /headphones|ord_2001/i],
  },
  budget: { modelTurns: 10, toolCalls: 12, tokens: 24_000 },
  playbooks: { gold, null: nullPlaybook, saboteur },
});
