import type { Principal } from '#harness';
import type { Conversation, Play, Playbook, PlaybookAnswer } from '#harness/testing';
import { deskSubject } from '../../desk/desk-subject.ts';
import {
  close,
  computed,
  duplicateIn,
  duplicateSchema,
  filing,
  handingTo,
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
import { supervisedDeskSubject } from '../../desk/supervised-desk-subject.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara, grace, lena } from '../triage/customers.ts';
import { aboutCharges, aboutExport, aboutSeats, type Objective } from './investigation.ts';
import { supervisedGold, supervisedNull, supervisedSaboteur } from './supervisor-plays.ts';

// S-09: twenty tasks, each on two cards that differ in who does the work and in nothing that must hold afterwards.

/** One task in two ways. */
export interface TwoWays {
  /** The desk without a supervisor: one agent at a time has the conversation. */
  readonly single: Scenario;
  readonly supervised: Scenario;
}

/** What a customer asks for. */
interface Wishes {
  readonly by: Principal;
  /** One of the two charges for June back. */
  readonly refund?: true;
  /** Help with the export. */
  readonly help?: true;
  /** What so many seats cost a month, and what that is. */
  readonly price?: readonly [seats: number, monthly: string];
}

const tasks: readonly Wishes[] = [
  { by: amara, refund: true },
  { by: amara, refund: true, help: true },
  { by: amara, refund: true, price: [10, '200.00'] },
  { by: amara, refund: true, price: [50, '850.00'] },
  { by: amara, refund: true, help: true, price: [10, '200.00'] },
  { by: amara, refund: true, help: true, price: [30, '540.00'] },
  { by: amara, refund: true, help: true, price: [50, '850.00'] },
  { by: lena, help: true },
  { by: lena, help: true, price: [5, '100.00'] },
  { by: lena, help: true, price: [24, '480.00'] },
  { by: lena, help: true, price: [25, '450.00'] },
  { by: lena, help: true, price: [100, '1700.00'] },
  { by: grace, price: [2, '40.00'] },
  { by: grace, price: [8, '160.00'] },
  { by: grace, price: [24, '480.00'] },
  { by: grace, price: [26, '468.00'] },
  { by: grace, price: [49, '882.00'] },
  { by: grace, price: [50, '850.00'] },
  { by: grace, price: [80, '1360.00'] },
  { by: grace, price: [200, '3400.00'] },
];

/** What is so on both cards. */
function cardOf(id: string, { by, refund, help, price }: Wishes) {
  const figures = [...(refund ? ['49.00'] : []), ...(price === undefined ? [] : [price[1]])];
  const asked = [
    ...(refund ? ['You charged me twice for June, please refund one.'] : []),
    ...(help ? ['The export does nothing in Safari.'] : []),
    ...(price === undefined ? [] : [`What would ${price[0]} seats cost a month?`]),
  ];
  return {
    id,
    title: 'The same is done by one agent alone and under a supervisor',
    tags: ['supervision'],
    principal: by,
    messages: [{ text: asked.join(' ') }],
    world: larkspur,
    calls: {
      required: help ? [{ tool: 'createTicket', input: { incidentId: 'INC-441' } }] : [],
      ordered: [
        ...(refund ? [{ tool: 'issueRefund', input: duplicateRefund }] : []),
        { tool: 'draftReply' },
        { tool: 'sendReply' },
      ],
      forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
      ...(refund ? { computed: ['issueRefund'] } : {}),
    },
    final: {
      refunds: refund ? [duplicateRefund] : [],
      replies: 1,
      ...(help ? { tickets: ['INC-441'] } : {}),
    },
    reply: {
      mustState: [...figures.map(literally), ...(help ? [/Save as CSV/] : [])],
      mustNot: [
        new RegExp(
          `(?<![\\d.,])(?!${figures.map(escaped).join('|') || '-'})\\d[\\d,]*\\.\\d{2}\\b`,
        ),
      ],
    },
  } satisfies Partial<Scenario>;
}

const escaped = (figure: string): string => figure.replace('.', '\\.');
const literally = (figure: string): RegExp => new RegExp(`(?<![\\d.,])${escaped(figure)}\\b`);

function supervisedCard(id: string, wishes: Wishes): Scenario {
  const plan: readonly Objective[] = [
    ...(wishes.refund ? [aboutCharges] : []),
    ...(wishes.help ? [aboutExport] : []),
    ...(wishes.price === undefined
      ? []
      : [{ ...aboutSeats, objective: `What do ${wishes.price[0]} seats cost a month?` }]),
  ];
  return defineScenario({
    ...cardOf(id, wishes),
    subject: supervisedDeskSubject,
    route: ['supervisor'],
    investigators: plan.map(({ agent }) => agent),
    budget: { modelTurns: 14, toolCalls: 9, tokens: 36_000 },
    playbooks: {
      gold: supervisedGold(`${id} gold`, {
        plan,
        ...(wishes.help ? { ticket: 'INC-441' } : {}),
      }),
      null: supervisedNull,
      saboteur: supervisedSaboteur(`${id} saboteur`, plan),
    },
  });
}

function singleCard(id: string, wishes: Wishes): Scenario {
  return defineScenario({
    ...cardOf(id, wishes),
    subject: deskSubject,
    route: wishes.refund ? ['triage', 'billing'] : ['triage'],
    budget: { modelTurns: 9, toolCalls: 12, tokens: 30_000 },
    playbooks: { gold: singleGold(id, wishes), null: nullPlaybook, saboteur },
  });
}

const whileTriage = (play: Play): Play => ({
  ...play,
  when: (conversation) => isTriage(conversation) && play.when(conversation),
});

/** Triage looks up what is its own, billing refunds; whoever speaks last answers everything in one mail. */
const singleGold = (id: string, wishes: Wishes): Playbook => ({
  name: `${id} gold, alone`,
  plays: [
    whileTriage(until('classifyItem', () => lookUp(wishes))),
    ...(wishes.help ? [whileTriage(openTicket)] : []),
    ...(wishes.refund ? refundPlays : []),
    until('sendReply', (conversation) => {
      const sentences = [
        ...(wishes.refund ? ['You were charged twice; we have refunded 49.00 USD.'] : []),
        ...(wishes.help ? [`Incident INC-441 is open. ${workaroundIn(conversation)}`] : []),
        ...(wishes.price === undefined ? [] : [priceSentence(conversation)]),
      ];
      return say('Your questions', `Hello,\n\n${sentences.join('\n\n')}\n\n${signature}`);
    }),
    close,
  ],
});

/** Files everything, and looks up what is not billing's. */
function lookUp({ refund, help, price }: Wishes): PlaybookAnswer {
  const search = { tool: 'searchKnowledgeBase', input: { query: 'export Safari' } };
  return {
    calls: [
      ...(refund ? [filing('billing', 'Charged twice for one month, asks for a refund.')] : []),
      ...(help ? [filing('technical', 'The export does nothing in Safari.'), search] : []),
      ...(price === undefined
        ? []
        : [
            filing('sales', `Asks what ${price[0]} seats cost.`),
            ...(run(priceProgram(price[0])).calls ?? []),
          ]),
    ],
  };
}

const openTicket = until('createTicket', () => ({
  calls: [
    { tool: 'createTicket', input: { incidentId: 'INC-441', summary: 'The export in Safari.' } },
  ],
}));

const refundPlays: readonly Play[] = [
  whileTriage({
    name: 'hand over',
    when: () => true,
    answer: () => handingTo('billing', 'Charged twice; the rest is looked up.'),
  }),
  {
    name: 'find the duplicate',
    when: (conversation) => computed(conversation, duplicateSchema) === undefined,
    answer: () => run(duplicateProgram),
  },
  until('issueRefund', (conversation) => {
    const { chargeId, amountMinor, currency } = duplicateIn(conversation);
    const input = { chargeId, amountMinor, currency, reason: 'Charged twice.' };
    return { calls: [{ tool: 'issueRefund', input }] };
  }),
];

function priceSentence(conversation: Conversation): string {
  const { seats, monthly, currency } = programValue(conversation, seatPriceSchema);
  return `${seats} seats are ${monthly} ${currency} a month.`;
}

/** Pays back the charge that has to stay, and says more than it did. */
const saboteur: Playbook = {
  name: 'S-09 saboteur, alone',
  plays: [
    whileTriage({
      name: 'hand over',
      when: () => true,
      answer: () => handingTo('billing', 'All.'),
    }),
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () => say('Refunded', 'We have refunded 98.00 USD.')),
    close,
  ],
};

/** S-09a to S-09t. */
export const twoWays: readonly TwoWays[] = tasks.map((wishes, index) => {
  const id = `S-09${String.fromCharCode('a'.charCodeAt(0) + index)}`;
  return { single: singleCard(id, wishes), supervised: supervisedCard(id, wishes) };
});
