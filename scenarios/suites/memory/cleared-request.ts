import { auditKept } from '../../checkers/audit-kept.ts';
import { deskSubject } from '../../desk/desk-subject.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { clearedParcelGold, clearedParcelSaboteur } from '../people/lost-parcel-playbooks.ts';

const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' } as const;
const hana = { id: 'cus_1008', role: 'customer', tenant: 'larkspur' } as const;
const refund = { chargeId: 'ch_H1', amountMinor: 6450, currency: 'USD' } as const;

/**
 * M-07: Hana's refund waits for a person when she clears the session. She is refused; by force her request is cancelled first,
 * and ana's yes, which comes behind that, pays nothing. The session begins anew, with triage.
 */
export const clearedRequest = defineScenario({
  id: 'M-07',
  title:
    'A session that is cleared by force cancels what waits for a person, and a later yes pays nothing',
  tags: ['memory', 'people'],
  principal: hana,
  world: larkspur,
  subject: deskSubject,
  messages: [
    { text: 'My order ord_8001 never arrived. Please give me my money back.' },
    { text: 'Is anything of mine still open?', clearedBefore: 'by-force' },
  ],
  human: [
    {
      by: ana,
      tool: 'issueRefund',
      verdict: 'approve',
      reason: 'The carrier confirms the loss.',
      afterMs: 0,
      tooLate: true,
    },
  ],
  route: ['triage', 'billing', 'triage'],
  calls: {
    required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
    ordered: [{ tool: 'handoff', input: { to: 'billing' } }, { tool: 'runCode' }],
    forbidden: [
      { tool: 'issueRefund', inputOtherThan: refund },
      { tool: 'fileCarrierClaim' },
      { tool: 'sendReply' },
    ],
    computed: ['issueRefund'],
  },
  final: {
    refunds: [],
    replies: 0,
    approvals: [{ tool: 'issueRefund', verdict: 'cancelled' }],
    unanswered: ['cancelled'],
  },
  reply: {
    mustState: [/nothing .*open/i],
    // Any amount at all, and what she said before.
    mustNot: [/\b\d+\.\d{2}\b/, /ord_8001/],
  },
  budget: { modelTurns: 5, toolCalls: 5, tokens: 20_000 },
  checkers: [auditKept],
  playbooks: { gold: clearedParcelGold, null: nullPlaybook, saboteur: clearedParcelSaboteur },
});
