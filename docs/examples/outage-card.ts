import { type Checker, defineScenario } from '#scenarios';
import * as playbooks from './outage-playbooks.ts';
import { outageSubject } from './outage-subject.ts';

/** An invariant of your own: it is held against every session, also one that was killed and recovered. */
const oneNotice: Checker = {
  name: 'one-notice',
  check: ({ world }) =>
    world.customers.flatMap(({ id }) => {
      const count = world.mails.filter(({ customerId }) => customerId === id).length;
      if (count <= 1) return [];
      const message = `${id} was told ${count} times of one outage.`;
      return [{ expected: 'at most 1 mail', found: `${count} mails`, message }];
    }),
};

export const scenario = defineScenario({
  id: 'X-01',
  title: 'A customer who asks about an outage is told of it once',
  tags: ['example'],
  principal: { id: 'cus_1', role: 'customer', tenant: 'acme' },
  messages: [{ text: 'My exports fail since this morning. Is it me?' }],
  world: {
    now: '2026-06-15T09:00:00Z',
    customers: [{ id: 'cus_1', name: 'Ada', email: 'ada@example.com' }],
    incidents: [
      {
        id: 'INC-7',
        title: 'Exports end in a timeout',
        status: 'open',
        since: '2026-06-15T06:00:00Z',
        serviceCreditPercent: 0,
        affected: ['cus_1'],
      },
    ],
    charges: [],
    orders: [],
    refunds: [],
    claims: [],
    mails: [],
    escalations: [],
    subscriptions: [],
    articles: [],
    prices: {
      product: 'Acme',
      currency: 'USD',
      seatMinor: 900,
      volume: [],
      annualPrepayPercent: 0,
    },
  },
  subject: outageSubject(),
  route: ['outages'],
  calls: {
    required: [],
    ordered: [
      { tool: 'findIncidents' },
      { tool: 'notifyCustomer', input: { customerId: 'cus_1' } },
    ],
    forbidden: [],
  },
  final: { refunds: [], replies: 1 },
  reply: { mustState: [/INC-7/], mustNot: [/refund/i] },
  checkers: [oneNotice],
  budget: { modelTurns: 4, toolCalls: 3, tokens: 4_000 },
  playbooks: { gold: playbooks.gold, null: playbooks.idle, saboteur: playbooks.saboteur },
});
