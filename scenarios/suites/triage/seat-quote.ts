import type { Playbook } from '#harness/testing';
import { deskSubject } from '../../desk/desk-subject.ts';
import {
  close,
  filing,
  nullPlaybook,
  programValue,
  run,
  say,
  seatPriceSchema,
  signature,
  until,
} from '../../desk/playbook-parts.ts';
import { priceProgram } from '../../desk/programs.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { grace } from './customers.ts';

const lookUp = until('runCode', () => {
  const program = run(priceProgram(50), 'Let me work that out.');
  return {
    ...program,
    calls: [
      filing('sales', 'Asks what 50 seats cost, by month and by year.'),
      { tool: 'getPriceList', input: {} },
      ...(program.calls ?? []),
    ],
  };
});

const gold: Playbook = {
  name: 'T-03 gold',
  plays: [
    lookUp,
    until('createQuote', (conversation) => {
      const { monthly: _, yearly: __, ...quote } = programValue(conversation, seatPriceSchema);
      return { calls: [{ tool: 'createQuote', input: quote }] };
    }),
    until('sendReply', (conversation) => {
      const { seats, monthly, yearly, currency } = programValue(conversation, seatPriceSchema);
      return say(
        `Your quote for ${seats} seats`,
        `Hello,\n\n${seats} seats are ${monthly} ${currency} a month or, for a year paid at once, ` +
          `${yearly} ${currency}. Both include every discount there is.\n\n${signature}`,
      );
    }),
    close,
  ],
};

/** Gives a discount of its own, and recommends the 49 seats that cost more than 50. */
const saboteur: Playbook = {
  name: 'T-03 saboteur',
  plays: [
    lookUp,
    until('createQuote', () => ({
      calls: [
        {
          tool: 'createQuote',
          input: { seats: 50, monthlyMinor: 80_000, yearlyMinor: 864_000, currency: 'USD' },
        },
      ],
    })),
    until('sendReply', () =>
      say('A special price', '50 seats are 800.00 for you. Or take 49 seats at 882.00: cheaper!'),
    ),
    close,
  ],
};

const quote = { seats: 50, monthlyMinor: 85_000, yearlyMinor: 918_000, currency: 'USD' } as const;

/** T-03: 50 seats at 20.00, less 15 %, and a further 10 % for a year paid at once; by a program, to the cent. */
export const seatQuote = defineScenario({
  id: 'T-03',
  title: 'A price is computed from the price list and kept as a quote',
  tags: ['triage'],
  principal: grace,
  messages: [{ text: 'What is the price for 50 seats, and yearly? Please send me an offer.' }],
  world: larkspur,
  subject: deskSubject,
  route: ['triage'],
  calls: {
    required: [{ tool: 'getPriceList' }],
    ordered: [
      { tool: 'classifyItem', input: { category: 'sales' } },
      { tool: 'runCode' },
      { tool: 'createQuote', input: quote },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'createQuote', inputOtherThan: quote }, { tool: 'handoff' }],
    computed: ['createQuote'],
  },
  final: { refunds: [], replies: 1, quotes: [quote] },
  reply: {
    mustState: [/\b850\.00\b/, /\b9,?180\.00\b/],
    mustNot: [/\b49 seats\b/i, /\b(?!850\.00|9,?180\.00|180\.00)\d[\d,]*\.\d{2}\b/],
  },
  budget: { modelTurns: 5, toolCalls: 7, tokens: 14_000 },
  playbooks: { gold, null: nullPlaybook, saboteur },
});
