import type { Play } from '#harness/testing';
import { say, signature, until } from '../../desk/playbook-parts.ts';
import { gatedDeskSubject, supervisedDeskSubject } from '../../desk/supervised-desk-subject.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { grace } from '../triage/customers.ts';
import { threeIntents } from '../triage/three-intents.ts';
import {
  aboutCharges,
  aboutExport,
  aboutSeats,
  isPlanning,
  type Objective,
  saidOf,
} from './investigation.ts';
import { supervisedGold, supervisedNull, supervisedSaboteur } from './supervisor-plays.ts';
import { threeDomains } from './three-domains.ts';

// Plans that are not carried out as they were first written: unusable ones, one that a person changes, one that is long.

const plan = [aboutCharges, aboutExport, aboutSeats];
const toNobody = [{ agent: 'legal-investigator', objective: 'Is there a law against it?' }];

/** Writes these plans in turn, and the last one from then on. */
const planningInTurn = (texts: readonly string[]): Play => ({
  name: 'plan, and plan anew',
  when: isPlanning,
  answer: ({ messages }) => {
    const refused = messages.filter(({ role }) => role === 'assistant').length;
    return { text: texts[refused] ?? texts.at(-1) ?? '' };
  },
});

const unusable = ['First I would ask billing.', JSON.stringify({ objectives: toNobody })];

/** S-08: no JSON, then an agent that is not there, then a plan that can be carried out. */
export const repairedPlan = defineScenario({
  ...threeDomains,
  id: 'S-08',
  title: 'A plan that cannot be carried out is repaired, twice at most',
  budget: { modelTurns: 14, toolCalls: 8, tokens: 34_000 },
  playbooks: {
    ...threeDomains.playbooks,
    gold: supervisedGold('S-08 gold', {
      plan,
      first: [planningInTurn([...unusable, JSON.stringify({ objectives: plan })])],
    }),
  },
});

/** S-08b: no plan can ever be carried out; one agent does it all, as in T-05. */
export const abandonedPlan = defineScenario({
  ...threeIntents,
  id: 'S-08b',
  title: 'Without a plan that can be carried out one agent takes the run',
  tags: ['supervision'],
  subject: supervisedDeskSubject,
  route: ['supervisor', 'triage', 'billing'],
  investigators: [],
  budget: { modelTurns: 10, toolCalls: 11, tokens: 28_000 },
  playbooks: {
    gold: {
      name: 'S-08b gold',
      plays: [planningInTurn(unusable), ...threeIntents.playbooks.gold.plays],
    },
    null: supervisedNull,
    saboteur: {
      name: 'S-08b saboteur',
      plays: [planningInTurn(unusable), ...threeIntents.playbooks.saboteur.plays],
    },
  },
});

/** S-11: a billing lead takes the price out of the plan, and nobody looks it up. */
export const editedPlan = defineScenario({
  ...threeDomains,
  id: 'S-11',
  title: 'What a person takes out of the plan is not looked into',
  subject: gatedDeskSubject,
  investigators: ['billing-investigator', 'technical-investigator'],
  human: [
    {
      by: { id: 'lee', role: 'billing_lead', tenant: 'larkspur' },
      tool: 'plan',
      verdict: 'approve',
      reason: 'Sales answers that by themselves.',
      editedArguments: { objectives: [{ ...aboutCharges }, { ...aboutExport }] },
      afterMs: 0,
    },
  ],
  final: {
    ...threeDomains.final,
    approvals: [{ tool: 'plan', verdict: 'approved', decidedBy: 'lee' }],
  },
  reply: {
    mustState: [/\b49\.00\b/, /\bINC-441\b/, /Save as CSV/],
    mustNot: [/\b(?!49\.00)\d[\d,]*\.\d{2}\b/],
  },
  playbooks: {
    gold: supervisedGold('S-11 gold', { plan }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-11 saboteur', plan),
  },
});

const sizes = Array.from({ length: 25 }, (_, index) => 2 * (index + 1));
const everySize: readonly Objective[] = sizes.map((seats) => ({
  agent: 'sales-investigator',
  objective: `What do ${seats} seats cost a month?`,
}));

const listing = until('sendReply', (conversation) => {
  const lines = sizes.map((seats) => `${seats} seats: ${saidOf(conversation, `${seats} seats`)}`);
  return say('Your price list', `Hello,\n\n${lines.join('\n')}\n\n${signature}`);
});

/** S-10: 25 objectives, of which five are looked into at a time. */
export const widePlan = defineScenario({
  tags: ['supervision'],
  principal: grace,
  world: larkspur,
  subject: supervisedDeskSubject,
  route: ['supervisor'],
  id: 'S-10',
  title: 'Twenty-five objectives are looked into, five at a time',
  messages: [{ text: 'What do 2, 4, 6 and so on up to 50 seats cost a month? All 25, please.' }],
  investigators: everySize.map(({ agent }) => agent),
  calls: {
    required: [{ tool: 'runCode' }],
    ordered: [{ tool: 'draftReply' }, { tool: 'sendReply' }],
    forbidden: [{ tool: 'createQuote' }, { tool: 'issueRefund' }],
  },
  final: { refunds: [], replies: 1 },
  reply: {
    // 20.00 a seat, less 10 % from 25 seats and 15 % from 50.
    mustState: [
      /\b2 seats: 40\.00 USD/,
      /\b24 seats: 480\.00/,
      /\b26 seats: 468\.00/,
      /\b50 seats: 850\.00/,
    ],
    mustNot: [/undefined|NaN/, /\brefund/i],
  },
  budget: { modelTurns: 55, toolCalls: 27, tokens: 60_000 },
  playbooks: {
    gold: supervisedGold('S-10 gold', { plan: everySize, first: [...listingFirst()] }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-10 saboteur', everySize.slice(0, 2)),
  },
} satisfies Scenario);

/** Only once all has been looked into, and only by whoever can send mail. */
function listingFirst(): readonly Play[] {
  return [
    {
      ...listing,
      when: (conversation) =>
        conversation.tools.includes('sendReply') && listing.when(conversation),
    },
  ];
}
