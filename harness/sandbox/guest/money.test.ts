import { array, assert, constantFrom, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { add, allocate, format, multiply, parse, percent, subtract } from './money.ts';

const seed = 20_261;
const parameters = { seed, numRuns: 500 };
const amount = integer({ min: -(10 ** 12), max: 10 ** 12 });
const weights = array(integer({ min: 0, max: 10 ** 6 }), { minLength: 1, maxLength: 12 }).filter(
  (all) => all.some((weight) => weight > 0),
);
const currency = constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF');
const float = double({ noInteger: true }).filter((value) => !Number.isSafeInteger(value));

test(`shares add up to the amount and are at most one unit from exact (seed ${seed})`, () => {
  assert(
    property(amount, weights, (whole, lines) => {
      const shares = allocate(whole, lines);
      const total = lines.reduce((sum, weight) => sum + BigInt(weight), 0n);
      expect(add(...shares)).toBe(whole);
      for (const [line, share] of shares.entries()) {
        const off = BigInt(share) * total - BigInt(whole) * BigInt(lines[line] ?? 0);
        expect(off < total && -off < total).toBe(true);
      }
    }),
    parameters,
  );
});

test('what is left over goes to the largest remainders, among equals to the lowest line', () => {
  expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
  expect(allocate(101, [1, 1, 1])).toEqual([34, 34, 33]);
  expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
  expect(allocate(10, [1, 0, 2])).toEqual([3, 0, 7]);
  expect(allocate(1, [3, 4])).toEqual([0, 1]);
  expect(allocate(0, [1, 2])).toEqual([0, 0]);
});

test(`what is formatted is parsed back (seed ${seed})`, () => {
  assert(
    property(amount, currency, (minor, code) => {
      expect(parse(format(minor, code), code)).toBe(minor);
    }),
    parameters,
  );
});

test('a currency has the digits that ISO 4217 gives it', () => {
  expect(format(4900, 'USD')).toBe('49.00');
  expect(format(7500, 'JPY')).toBe('7500');
  expect(format(15_000, 'KWD')).toBe('15.000');
  expect(format(-5, 'USD')).toBe('-0.05');
  expect(parse('0.005', 'KWD')).toBe(5);
  for (const text of ['49.0', '49', '4,900.00', '49.005', ' 49.00', '1e3', '', '٤٩.٠٠']) {
    expect(() => parse(text, 'USD')).toThrow(RangeError);
  }
  expect(() => parse('75.00', 'JPY')).toThrow(RangeError);
  expect(() => format(1, 'usd')).toThrow(RangeError);
  expect(() => format(1, 'constructor')).toThrow(RangeError);
});

test(`multiplying rounds to the nearest, halves away from zero (seed ${seed})`, () => {
  assert(
    property(
      integer({ min: -(10 ** 9), max: 10 ** 9 }),
      integer({ min: -1000, max: 1000 }),
      integer({ min: 1, max: 1000 }),
      (minor, numerator, denominator) => {
        const exact = minor * numerator;
        const twiceOff =
          2 * Math.abs(multiply(minor, numerator, denominator) * denominator - exact);
        expect(twiceOff).toBeLessThanOrEqual(denominator);
        expect(multiply(minor, numerator, -denominator)).toBe(
          subtract(0, multiply(minor, numerator, denominator)),
        );
      },
    ),
    parameters,
  );
  expect(multiply(5, 1, 2)).toBe(3);
  expect(multiply(-5, 1, 2)).toBe(-3);
  expect(multiply(1999, 19, 100)).toBe(380);
  expect(() => multiply(1, 1, 0)).toThrow(RangeError);
});

test(`adding and subtracting undo each other (seed ${seed})`, () => {
  assert(
    property(amount, amount, (one, other) => {
      expect(subtract(add(one, other), other)).toBe(one);
      expect(Object.is(subtract(one, one), 0)).toBe(true);
    }),
    parameters,
  );
});

test('a percentage is exact, decimals included', () => {
  expect(percent(4900, 10)).toBe(490);
  expect(percent(1001, '12.5')).toBe(125);
  expect(percent(333, '-50')).toBe(-167);
  expect(() => percent(4900, 12.5)).toThrow("such as '12.5', not 12.5");
  expect(() => percent(4900, 'half')).toThrow(RangeError);
});

test(`no float gets in and none gets out (seed ${seed})`, () => {
  assert(
    property(float, (value) => {
      expect(() => add(value)).toThrow(RangeError);
      expect(() => subtract(0, value)).toThrow(RangeError);
      expect(() => multiply(value, 1)).toThrow(RangeError);
      expect(() => multiply(1, value)).toThrow(RangeError);
      expect(() => percent(value, 1)).toThrow(RangeError);
      expect(() => allocate(value, [1])).toThrow(RangeError);
      expect(() => allocate(1, [value])).toThrow(RangeError);
      expect(() => format(value, 'USD')).toThrow(RangeError);
    }),
    parameters,
  );
  expect(() => add(Number.MAX_SAFE_INTEGER, 1)).toThrow('beyond the integers that are exact');
  expect(() => multiply(Number.MAX_SAFE_INTEGER, 2)).toThrow(RangeError);
  expect(() => parse('99999999999999999999.00', 'USD')).toThrow(RangeError);
});
