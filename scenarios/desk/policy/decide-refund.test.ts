import { expect, test } from 'vitest';
import type { Currency } from '../money.ts';
import type { Charge } from '../world/business.ts';
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
    otherRefunds: [],
    ...facts,
  });
  return decision.kind === 'granted' ? decision.charge.id : decision.code;
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
  expect(decide({})).toBe('ch_2');
  expect(decide({ amountMinor: 1 })).toBe('ch_2');
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
  [5000, 'USD', 'ch_2'],
  [5001, 'USD', 'APPROVAL_REQUIRED'],
  [5000, 'EUR', 'ch_2'],
  [5001, 'EUR', 'APPROVAL_REQUIRED'],
  [7500, 'JPY', 'ch_2'],
  [7501, 'JPY', 'APPROVAL_REQUIRED'],
  [15000, 'KWD', 'ch_2'],
  [15001, 'KWD', 'APPROVAL_REQUIRED'],
])('P4: %i %s is decided as %s', ([amountMinor, currency, decision]) => {
  const charges = pair({ amountMinor, currency });
  expect(decide({ amountMinor, currency }, { charges })).toBe(decision);
});

test('P4: parts of one charge are summed', () => {
  const charges = pair({ amountMinor: 8000 });
  const otherRefunds = [{ chargeId: 'ch_2', amountMinor: 4000 }];
  expect(decide({ amountMinor: 1000 }, { charges, otherRefunds })).toBe('ch_2');
  expect(decide({ amountMinor: 1001 }, { charges, otherRefunds })).toBe('APPROVAL_REQUIRED');
});

test('P4: the refusal says that approval is not available yet', () => {
  const charges = pair({ amountMinor: 12800, currency: 'JPY' });
  expect(
    decideRefund({
      request: { chargeId: 'ch_2', amountMinor: 12800, currency: 'JPY' },
      charges,
      otherRefunds: [],
    }),
  ).toMatchObject({
    message:
      "Refunds of a charge above 7500 JPY need a person's approval, which is not available yet.",
  });
});

test('P6: no more than the charge, other refunds of it included', () => {
  const otherRefunds = [
    { chargeId: 'ch_2', amountMinor: 900 },
    { chargeId: 'ch_1', amountMinor: 4900 },
  ];
  expect(decide({ amountMinor: 4901 })).toBe('REFUND_EXCEEDS_CHARGE');
  expect(decide({ amountMinor: 4000 }, { otherRefunds })).toBe('ch_2');
  expect(decide({ amountMinor: 4001 }, { otherRefunds })).toBe('REFUND_EXCEEDS_CHARGE');
});

test("P8: only the charge's currency", () => {
  expect(decide({ currency: 'EUR' })).toBe('CURRENCY_MISMATCH');
});
