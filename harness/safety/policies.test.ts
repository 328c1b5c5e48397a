import { expect, test } from 'vitest';
import { checkPolicies, type Policy } from './policies.ts';

interface Refund {
  readonly amountMinor: number;
  readonly currency: string;
}

const policies: readonly Policy<Refund>[] = [
  {
    id: 'positive',
    check: ({ amountMinor }) =>
      amountMinor > 0 ? [] : [{ code: 'AMOUNT_INVALID', message: `${amountMinor} is no amount.` }],
  },
  {
    id: 'currency',
    check: ({ currency }) =>
      currency === 'USD' ? [] : [{ code: 'CURRENCY_UNKNOWN', message: `${currency}?` }],
  },
  {
    id: 'broken',
    check: ({ currency }) => {
      if (currency === '') throw new TypeError('secret innards');
      return [];
    },
  },
];

test('every violation of every policy is told, not the first', () => {
  expect(checkPolicies(policies, { amountMinor: -1, currency: 'XXX' })).toEqual([
    { policy: 'positive', code: 'AMOUNT_INVALID', message: '-1 is no amount.' },
    { policy: 'currency', code: 'CURRENCY_UNKNOWN', message: 'XXX?' },
  ]);
});

test('what holds every policy has no violation', () => {
  expect(checkPolicies(policies, { amountMinor: 4900, currency: 'USD' })).toEqual([]);
});

test('a policy that fails vouches for nothing and keeps its innards to itself', () => {
  expect(checkPolicies(policies, { amountMinor: 1, currency: '' })).toEqual([
    { policy: 'currency', code: 'CURRENCY_UNKNOWN', message: '?' },
    { policy: 'broken', code: 'POLICY_BROKEN', message: 'broken failed with TypeError.' },
  ]);
});
