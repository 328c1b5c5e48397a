import { expect, test } from 'vitest';
import type { Currency } from '../money.ts';
import type { Charge, Order } from '../world/business.ts';
import { decideRefund, type RefundCase } from './decide-refund.ts';
import { duplicatedCharge } from './duplicate.ts';

const first: Charge = {
  id: 'ch_1',
  customerId: 'cus_1',
  invoiceId: 'inv_1',
  amountMinor: 4900,
  currency: 'USD',
  chargedAt: '2026-06-12T08:00:00Z',
  status: 'settled',
  description: 'Pro',
};
const second: Charge = { ...first, id: 'ch_2', chargedAt: '2026-06-12T08:00:22Z' };

const now = Date.parse('2026-06-15T10:00:00Z');

const agentOrLead = 'billing_agent or billing_lead';

const pair = (change: Partial<Charge>): readonly [Charge, Charge] => [
  { ...first, ...change },
  { ...second, ...change },
];

function decide(
  request: Partial<RefundCase['request']>,
  facts: Partial<Omit<RefundCase, 'request'>> = {},
): string {
  const decision = decideRefund({
    request: { chargeId: 'ch_2', amountMinor: 4900, currency: 'USD', ...request },
    charges: [first, second],
    orders: [],
    otherRefunds: [],
    now,
    isEscalated: false,
    ...facts,
  });
  if (decision.kind === 'refused') return decision.code;
  return decision.kind === 'granted' ? 'granted' : decision.roles.join(' or ');
}

test('P3: of a pair the later charge is the duplicate, whatever the order of the list', () => {
  expect(duplicatedCharge(second, [second, first])).toEqual(first);
  expect(duplicatedCharge(first, [second, first])).toBeUndefined();
});

test('P3: of three alike the second and the third are duplicates', () => {
  const third = { ...second, id: 'ch_3', chargedAt: '2026-06-12T08:04:00Z' };
  const all = [first, second, third];
  expect(all.map((charge) => duplicatedCharge(charge, all) !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
});

test('P3: charges of the same instant are told apart by their ids', () => {
  const twin = { ...first, id: 'ch_2' };
  expect(duplicatedCharge(twin, [first, twin])).toEqual(first);
  expect(duplicatedCharge(first, [first, twin])).toBeUndefined();
});

test.for<[string, Partial<Charge>]>([
  ['exactly 24 hours later', { chargedAt: '2026-06-13T08:00:00Z' }],
  ['on another invoice', { invoiceId: 'inv_2' }],
  ['of another amount', { amountMinor: 4901 }],
  ['in another currency', { currency: 'EUR' }],
  ['not settled', { status: 'authorised' }],
  ["another customer's", { customerId: 'cus_2' }],
])('P3: a charge %s is no duplicate', ([, change]) => {
  const other = { ...second, ...change };
  expect(duplicatedCharge(other, [first, other])).toBeUndefined();
});

test('P3: the last second before 24 hours counts', () => {
  const late = { ...second, chargedAt: '2026-06-13T07:59:59Z' };
  expect(duplicatedCharge(late, [first, late])).toEqual(first);
});

test('P3: a settled charge does not repeat one that is only authorised', () => {
  expect(duplicatedCharge(second, [{ ...first, status: 'authorised' }, second])).toBeUndefined();
});

test('the duplicate is refunded, in full or in part', () => {
  expect(decide({})).toBe('granted');
  expect(decide({ amountMinor: 1 })).toBe('granted');
});

test('P1: a charge that is not among the own does not exist', () => {
  expect(decide({ chargeId: 'ch_9' })).toBe('CHARGE_NOT_FOUND');
});

test('P3: the charge that stays is not refunded, nor one without a ground', () => {
  expect(decide({ chargeId: 'ch_1' })).toBe('NO_GROUND_FOR_REFUND');
  expect(decide({}, { charges: [second] })).toBe('NO_GROUND_FOR_REFUND');
});

test('P3: an authorisation is not refunded', () => {
  expect(decide({}, { charges: [first, { ...second, status: 'authorised' }] })).toBe(
    'CHARGE_NOT_SETTLED',
  );
});

test.for<[number, Currency, string]>([
  [5000, 'USD', 'granted'],
  [5001, 'USD', agentOrLead],
  [5000, 'EUR', 'granted'],
  [5001, 'EUR', agentOrLead],
  [7500, 'JPY', 'granted'],
  [7501, 'JPY', agentOrLead],
  [15000, 'KWD', 'granted'],
  [15001, 'KWD', agentOrLead],
  [50_000, 'USD', agentOrLead],
  [50_001, 'USD', 'billing_lead'],
])('P4: %i %s is decided as %s', ([amountMinor, currency, decision]) => {
  const charges = pair({ amountMinor, currency });
  expect(decide({ amountMinor, currency }, { charges })).toBe(decision);
});

test('P4: parts of one charge are summed', () => {
  const charges = pair({ amountMinor: 8000 });
  const otherRefunds = [{ chargeId: 'ch_2', amountMinor: 4000 }];
  expect(decide({ amountMinor: 1000 }, { charges, otherRefunds })).toBe('granted');
  expect(decide({ amountMinor: 1001 }, { charges, otherRefunds })).toBe(agentOrLead);
});

test('P4: whoever is asked is told why', () => {
  const charges = pair({ amountMinor: 12800, currency: 'JPY' });
  expect(
    decideRefund({
      request: { chargeId: 'ch_2', amountMinor: 12800, currency: 'JPY' },
      charges,
      orders: [],
      otherRefunds: [],
      now,
      isEscalated: false,
    }),
  ).toEqual({
    kind: 'approval-required',
    roles: ['billing_agent', 'billing_lead'],
    reason: '12800 JPY of one charge is above 7500 JPY, which the desk may refund by itself.',
  });
});

test('P6: no more than the charge, other refunds of it included', () => {
  const otherRefunds = [
    { chargeId: 'ch_2', amountMinor: 900 },
    { chargeId: 'ch_1', amountMinor: 4900 },
  ];
  expect(decide({ amountMinor: 4901 })).toBe('REFUND_EXCEEDS_CHARGE');
  expect(decide({ amountMinor: 4000 }, { otherRefunds })).toBe('granted');
  expect(decide({ amountMinor: 4001 }, { otherRefunds })).toBe('REFUND_EXCEEDS_CHARGE');
});

test("P8: only the charge's currency", () => {
  expect(decide({ currency: 'EUR' })).toBe('CURRENCY_MISMATCH');
});

const order: Order = {
  id: 'ord_1',
  customerId: 'cus_1',
  chargeId: 'ch_1',
  goods: 'bookends',
  goodsMinor: 4150,
  taxMinor: 0,
  shippingMinor: 750,
  currency: 'USD',
  parcel: 'lost',
  trackingNumber: 'LK-1',
  deliveredAt: null,
  opened: false,
};

test('P7: the charge of a lost parcel is refunded whole, shipping included', () => {
  const lost = { charges: [first], orders: [order] };
  expect(decide({ chargeId: 'ch_1' }, lost)).toBe('granted');
});

test.for(['in-transit', 'delivered'] as const)(
  'P7: a parcel that is %s is no ground for a refund',
  (parcel) => {
    const facts = { charges: [first], orders: [{ ...order, parcel }] };
    expect(decide({ chargeId: 'ch_1' }, facts)).toBe('NO_GROUND_FOR_REFUND');
  },
);

test('P7: what was paid for another order is not refunded', () => {
  const facts = { charges: [first], orders: [{ ...order, chargeId: 'ch_7' }] };
  expect(decide({ chargeId: 'ch_1' }, facts)).toBe('NO_GROUND_FOR_REFUND');
});

const day = 24 * 60 * 60 * 1000;
const deliveredBefore = (ms: number): string => new Date(now - ms).toISOString();

test.for<[string, Partial<Order>, string]>([
  ['delivered just 30 days ago', { deliveredAt: deliveredBefore(30 * day) }, 'granted'],
  ['a millisecond older', { deliveredAt: deliveredBefore(30 * day + 1) }, 'NO_GROUND_FOR_REFUND'],
  ['opened', { deliveredAt: deliveredBefore(day), opened: true }, 'NO_GROUND_FOR_REFUND'],
  ['not delivered', { deliveredAt: null }, 'NO_GROUND_FOR_REFUND'],
])('P2: goods that are %s', ([, change, decision]) => {
  const orders = [{ ...order, parcel: 'delivered' as const, ...change }];
  expect(decide({ chargeId: 'ch_1' }, { charges: [first], orders })).toBe(decision);
});

test('in a case that a person has nothing is paid, whatever the ground', () => {
  expect(decide({}, { isEscalated: true })).toBe('ESCALATED');
});
