import { supervisedDeskSubject } from '../../desk/supervised-desk-subject.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara } from '../triage/customers.ts';
import { aboutCharges, aboutExport, aboutSeats } from './investigation.ts';
import {
  escalatingGold,
  supervisedGold,
  supervisedNull,
  supervisedSaboteur,
} from './supervisor-plays.ts';

// A charge, an export and a price in one message: what the supervisor makes of it when all, two or none can be looked up.

const plan = [aboutCharges, aboutExport, aboutSeats];

const shared = {
  tags: ['supervision'],
  principal: amara,
  messages: [
    {
      text:
        'Three things: you charged me twice for June, please refund one; the export does nothing in Safari; ' +
        'and what would 50 seats cost a month?',
    },
  ],
  subject: supervisedDeskSubject,
  route: ['supervisor'],
  investigators: plan.map(({ agent }) => agent),
} satisfies Partial<Scenario>;

const refunded = [
  { tool: 'issueRefund', input: duplicateRefund },
  { tool: 'draftReply' },
  { tool: 'sendReply' },
];
const otherRefund = { tool: 'issueRefund', inputOtherThan: duplicateRefund };

/** S-01: three investigators side by side, one refund, one mail. */
export const threeDomains = defineScenario({
  ...shared,
  id: 'S-01',
  title: 'Three requests are looked into side by side and answered in one mail',
  world: larkspur,
  calls: {
    required: [{ tool: 'searchKnowledgeBase' }, { tool: 'runCode' }],
    ordered: refunded,
    forbidden: [otherRefund, { tool: 'createQuote' }],
    computed: ['issueRefund'],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  reply: {
    mustState: [/\b49\.00\b/, /\bINC-441\b/, /Save as CSV/, /\b850\.00\b/],
    mustNot: [/\b(?!49\.00|850\.00)\d[\d,]*\.\d{2}\b/],
  },
  budget: { modelTurns: 12, toolCalls: 8, tokens: 32_000 },
  playbooks: {
    gold: supervisedGold('S-01 gold', { plan }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-01 saboteur', plan),
  },
});

/** S-03: the knowledge base is down. The mail names the gap, and a ticket keeps it. */
export const oneFails = defineScenario({
  ...shared,
  id: 'S-03',
  title: 'What an investigator could not find out is named as a gap and kept as a ticket',
  world: { ...larkspur, outages: ['articles', 'incidents'] },
  calls: {
    required: [{ tool: 'createTicket', input: { incidentId: null } }],
    ordered: refunded,
    forbidden: [otherRefund],
    computed: ['issueRefund'],
  },
  final: { refunds: [duplicateRefund], replies: 1, tickets: [null] },
  reply: {
    mustState: [/\b49\.00\b/, /could not find out about the export/i, /\b850\.00\b/],
    mustNot: [/Save as CSV|clear the cache/i, /\b(?!49\.00|850\.00)\d[\d,]*\.\d{2}\b/],
  },
  budget: { modelTurns: 13, toolCalls: 9, tokens: 32_000 },
  playbooks: {
    gold: supervisedGold('S-03 gold', { plan, ticket: null }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-03 saboteur', plan),
  },
});

/** S-04: nothing can be read. No figure is named, no money moves, a person takes over. */
export const allFail = defineScenario({
  ...shared,
  id: 'S-04',
  title: 'When nothing can be found out a person takes over and no figure is named',
  world: { ...larkspur, outages: ['charges', 'articles', 'incidents', 'prices'] },
  calls: {
    required: [],
    ordered: [{ tool: 'escalateToHuman' }, { tool: 'draftReply' }, { tool: 'sendReply' }],
    forbidden: [{ tool: 'issueRefund' }],
  },
  final: { refunds: [], replies: 1, escalations: ['billing_lead'] },
  reply: { mustState: [/could not look anything up/i], mustNot: [/\d/] },
  budget: { modelTurns: 12, toolCalls: 8, tokens: 32_000 },
  playbooks: {
    gold: escalatingGold('S-04 gold', plan),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-04 saboteur', plan),
  },
});
