import { forgetfulDesk } from '../../desk/forgetful-desk-subject.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara } from '../triage/customers.ts';
import { crowdedOutGold, refundGold, refundSaboteur } from './refund-playbooks.ts';

// One refund of a duplicate charge, and conversations that outgrow their budget around it.

/** Leaves about 800 tokens beside the desk's instructions and tools. */
const budgetTokens = 1500;

const please = {
  text: 'Hi, I was charged twice for my Pro plan this month. Please refund one of them.',
};

const shared = {
  principal: amara,
  world: larkspur,
  subject: forgetfulDesk(budgetTokens),
  route: ['billing'],
  calls: {
    required: [{ tool: 'getCharges' }],
    ordered: [
      { tool: 'issueRefund', input: duplicateRefund },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  playbooks: { gold: refundGold, null: nullPlaybook, saboteur: refundSaboteur },
} satisfies Partial<Scenario>;

const reply = {
  mustState: [/\b49\.00\b/, /refund/i],
  // Any amount but the one that was refunded, and asking somebody who is known.
  mustNot: [/\b(?!49\.00)\d+\.\d{2}\b/, /who are you/i],
} satisfies Scenario['reply'];

/** M-03: between the refund and the reply the context is summarised; one refund, and a reply that states it. */
export const refundCrowdedOut = defineScenario({
  ...shared,
  id: 'M-03',
  title: 'A context that is summarised between refund and reply leaves one refund and a true reply',
  tags: ['memory'],
  messages: [please],
  reply,
  budget: { modelTurns: 10, toolCalls: 12, tokens: 10_000 },
  playbooks: { ...shared.playbooks, gold: crowdedOutGold },
});
