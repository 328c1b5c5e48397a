import type { Playbook } from '#harness/testing';
import { deskSubject } from '../../desk/desk-subject.ts';
import {
  close,
  computed,
  duplicateIn,
  duplicateSchema,
  filing,
  handingTo,
  hasAnswered,
  isTriage,
  nullPlaybook,
  programValue,
  refunding,
  run,
  say,
  seatPriceSchema,
  signature,
  until,
  workaroundIn,
} from '../../desk/playbook-parts.ts';
import { duplicateProgram, priceProgram } from '../../desk/programs.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara } from './customers.ts';

/** Triage finds out what is its own, billing refunds and answers all three in one mail. */
const gold: Playbook = {
  name: 'T-05 gold',
  plays: [
    {
      name: 'file all three and look up what is not billing',
      when: (conversation) => isTriage(conversation) && !hasAnswered(conversation, 'runCode'),
      answer: () => {
        const program = run(priceProgram(50), 'That is three things; let me see.');
        return {
          ...program,
          calls: [
            filing('billing', 'Charged twice for one month, asks for a refund.'),
            filing('technical', 'The export does nothing in Safari.'),
            filing('sales', 'Asks what 50 seats cost.'),
            { tool: 'searchKnowledgeBase', input: { query: 'export Safari' } },
            ...(program.calls ?? []),
          ],
        };
      },
    },
    {
      name: 'hand over',
      when: isTriage,
      answer: () => handingTo('billing', 'Charged twice; the other two questions are looked up.'),
    },
    {
      name: 'find the duplicate',
      when: (conversation) => computed(conversation, duplicateSchema) === undefined,
      answer: () => run(duplicateProgram),
    },
    until('issueRefund', (conversation) => {
      const { chargeId, amountMinor, currency, invoiceId } = duplicateIn(conversation);
      const reason = `Charged twice on ${invoiceId}.`;
      return {
        calls: [{ tool: 'issueRefund', input: { chargeId, amountMinor, currency, reason } }],
      };
    }),
    until('sendReply', (conversation) => {
      const { seats, monthly, currency } = programValue(conversation, seatPriceSchema);
      return say(
        'Your refund, your export and your seats',
        'Hello,\n\nyou were charged twice, and we have refunded the later charge, 49.00 USD, to your ' +
          `original payment method.\n\nThe export in Safari: ${workaroundIn(conversation)}\n\n` +
          `${seats} seats are ${monthly} ${currency} a month.\n\n${signature}`,
      );
    }),
    close,
  ],
};

/** Pays back the charge that has to stay, and writes a mail for each question. */
const saboteur: Playbook = {
  name: 'T-05 saboteur',
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Three things.') },
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () => {
      const mail = say('Refunded', 'We have refunded 98.00 USD.');
      return { calls: [...(mail.calls ?? []), ...(mail.calls ?? []), ...(mail.calls ?? [])] };
    }),
    close,
  ],
};

/** T-05: a double charge, an export that does nothing and a question about a price, in one message and one answer. */
export const threeIntents = defineScenario({
  id: 'T-05',
  title: 'Three requests in one message are answered in one mail',
  tags: ['triage', 'refunds'],
  principal: amara,
  messages: [
    {
      text:
        'Three things: you charged me twice for June, please refund one; the export does nothing in Safari; ' +
        'and what would 50 seats cost a month?',
    },
  ],
  world: larkspur,
  subject: deskSubject,
  route: ['triage', 'billing'],
  calls: {
    required: [
      { tool: 'classifyItem', input: { category: 'billing' } },
      { tool: 'classifyItem', input: { category: 'technical' } },
      { tool: 'classifyItem', input: { category: 'sales' } },
    ],
    ordered: [
      { tool: 'handoff', input: { to: 'billing' } },
      { tool: 'issueRefund', input: duplicateRefund },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
    computed: ['issueRefund'],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  reply: {
    mustState: [/\b49\.00\b/, /Save as CSV/, /\b850\.00\b/],
    mustNot: [/\b(?!49\.00|850\.00)\d[\d,]*\.\d{2}\b/],
  },
  budget: { modelTurns: 7, toolCalls: 11, tokens: 24_000 },
  playbooks: { gold, null: nullPlaybook, saboteur },
});
