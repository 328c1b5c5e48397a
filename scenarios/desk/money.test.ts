import { expect, test } from 'vitest';
import { type Currency, formatAmount, formatMoney, parseAmount } from './money.ts';

test.for<[number, Currency, string]>([
  [4900, 'USD', '49.00'],
  [5, 'USD', '0.05'],
  [0, 'EUR', '0.00'],
  [7500, 'JPY', '7500'],
  [15000, 'KWD', '15.000'],
  [4115, 'KWD', '4.115'],
  [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
])('%i of %s is written %s, and read back', ([amountMinor, currency, text]) => {
  expect(formatAmount(amountMinor, currency)).toBe(text);
  expect(parseAmount(text, currency)).toBe(amountMinor);
});

test('money is named with its currency', () => {
  expect(formatMoney(4900, 'USD')).toBe('49.00 USD');
});

test.for<[string, Currency]>([
  ['49', 'USD'],
  ['49.0', 'USD'],
  ['49.005', 'USD'],
  ['4,900.00', 'USD'],
  ['-49.00', 'USD'],
  ['4900.00', 'JPY'],
  ['15.00', 'KWD'],
  ['', 'EUR'],
  ['1e3', 'JPY'],
  ['90071992547409.92', 'USD'],
])("'%s' is no amount of %s", ([text, currency]) => {
  expect(() => parseAmount(text, currency)).toThrow(RangeError);
});

test('what was paid back is written with its sign', () => {
  expect(formatAmount(-4900, 'EUR')).toBe('-49.00');
});

test('half a cent is not written as money', () => {
  expect(() => formatAmount(0.5, 'USD')).toThrow(RangeError);
});
