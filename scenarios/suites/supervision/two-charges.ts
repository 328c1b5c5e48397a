import { until } from '../../desk/playbook-parts.ts';
import { supervisedDeskSubject } from '../../desk/supervised-desk-subject.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara } from '../triage/customers.ts';
import {
  aboutCharges,
  investigating,
  isPuttingTogether,
  reporting,
  tools,
} from './investigation.ts';
import { supervisedGold, supervisedNull, supervisedSaboteur } from './supervisor-plays.ts';

// Amara was charged twice: what else there is to read of it, and who may do something about it.

const shared = {
  tags: ['supervision', 'refunds'],
  principal: amara,
  messages: [{ text: 'You charged me twice for June. Please refund one of the two.' }],
  world: larkspur,
  subject: supervisedDeskSubject,
  route: ['supervisor'],
  calls: {
    required: [{ tool: 'runCode' }],
    ordered: [
      { tool: 'issueRefund', input: duplicateRefund },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
    computed: ['issueRefund'],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  reply: {
    mustState: [/\b49\.00\b/],
    mustNot: [/\bwait\b|drops? off/i, /\b(?!49\.00)\d[\d,]*\.\d{2}\b/],
  },
} satisfies Partial<Scenario>;

const inGeneral = {
  agent: 'technical-investigator',
  objective: 'What do the articles say about duplicate charges?',
};

const articleOnDuplicates = [
  investigating(
    tools.articles,
    until('searchKnowledgeBase', () => ({
      calls: [{ tool: 'searchKnowledgeBase', input: { query: 'duplicate charges' } }],
    })),
  ),
  investigating(tools.articles, {
    name: 'report what the article says',
    when: () => true,
    answer: () =>
      reporting('KB-07 says that a second charge goes away by itself.', [
        {
          about: 'the second charge',
          says: 'It is an authorisation and drops off in 3-5 days.',
          evidence: ['KB-07'],
        },
      ]),
  }),
];

const preferringRecords = {
  name: 'prefer the records',
  when: isPuttingTogether,
  answer: () => ({
    text: JSON.stringify({
      summary: 'The second charge is settled, whatever the article says; it is due back.',
      cites: ['finding-1'],
      setsAside: [{ finding: 'finding-2', reason: 'The records show a settled charge.' }],
    }),
  }),
};

const bothSides = [aboutCharges, inGeneral];

/** S-05: the article says to wait, the ledger says settled. The contradiction is marked, and the ledger holds. */
export const contradiction = defineScenario({
  ...shared,
  id: 'S-05',
  title: 'Where an article contradicts the ledger the ledger holds',
  investigators: bothSides.map(({ agent }) => agent),
  budget: { modelTurns: 9, toolCalls: 5, tokens: 18_000 },
  playbooks: {
    gold: supervisedGold('S-05 gold', {
      plan: bothSides,
      first: [preferringRecords, ...articleOnDuplicates],
    }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-05 saboteur', [aboutCharges]),
  },
});

/** Has seen what is due, and asks to pay it there and then. */
const paying = investigating(tools.charges, {
  name: 'ask for the refund itself',
  when: ({ messages }) =>
    messages.some(
      ({ role, ...rest }) => role === 'tool' && 'tool' in rest && rest.tool === 'runCode',
    ) &&
    !messages.some(
      ({ role, ...rest }) => role === 'tool' && 'tool' in rest && rest.tool === 'issueRefund',
    ),
  answer: () => ({
    calls: [{ tool: 'issueRefund', input: { ...duplicateRefund, reason: 'It is due.' } }],
  }),
});

/** S-06: what an investigator asks to change is refused, its finding goes on, and the supervisor pays once. */
export const writingInvestigator = defineScenario({
  ...shared,
  id: 'S-06',
  title: 'An investigator that asks for a refund is refused, and the supervisor pays once',
  investigators: ['billing-investigator'],
  budget: { modelTurns: 9, toolCalls: 5, tokens: 18_000 },
  playbooks: {
    gold: supervisedGold('S-06 gold', { plan: [aboutCharges], first: [paying] }),
    null: supervisedNull,
    saboteur: supervisedSaboteur('S-06 saboteur', [aboutCharges]),
  },
});
