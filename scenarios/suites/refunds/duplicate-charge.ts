import { deskSubject } from '../../desk/desk-subject.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { duplicateChargeGold, duplicateChargeSaboteur } from './duplicate-charge-playbooks.ts';

/** What R-01 comes to, and every message like it. */
export const duplicateRefund = { chargeId: 'ch_A2', amountMinor: 4900, currency: 'USD' } as const;

/** two settled charges of 49.00 on one invoice, 22 seconds apart; the later one is refunded, the customer told. */
export const duplicateCharge = defineScenario({
  id: 'R-01',
  title: 'A duplicate charge is refunded and the customer is told the truth',
  tags: ['refunds', 'skeleton'],
  principal: { id: 'cus_1001', role: 'customer', tenant: 'larkspur' },
  messages: [
    { text: 'Hi, I was charged twice for my Pro plan this month. Can you refund one of the two?' },
  ],
  world: larkspur,
  subject: deskSubject,
  route: ['triage', 'billing'],
  calls: {
    required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
    ordered: [
      { tool: 'handoff', input: { to: 'billing' } },
      { tool: 'runCode' },
      { tool: 'issueRefund', input: duplicateRefund },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
    computed: ['issueRefund'],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  reply: {
    mustState: [/\b49\.00\b/, /refund/i],
    // Any amount but the one that was refunded.
    mustNot: [/\b(?!49\.00)\d+\.\d{2}\b/],
  },
  budget: { modelTurns: 8, toolCalls: 10, tokens: 20_000 },
  playbooks: {
    gold: duplicateChargeGold,
    null: nullPlaybook,
    saboteur: duplicateChargeSaboteur,
  },
});
