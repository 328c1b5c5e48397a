// Exact money for programs in code mode. Design boundary: this file's text is also what runs inside the sandbox
// (guest-source.ts beside it), so it imports nothing and uses only the language.
//
//   M1. An amount is a safe integer in the currency's minor unit; every other number is refused, none is rounded silently.
//   M2. A ratio is two integers; the only rounding is half away from zero, and it is named in the function's contract.
//   M3. What is allocated adds up to what was given.

/** Digits behind the decimal point where ISO 4217 has not two. */
const exponents: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};
const usualExponent = 2;

/** The sum of amounts; 0 of none. */
export function add(...amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => exact(sum + integer(amount, 'an amount')), 0);
}

/** `amount - other`; may be negative. */
export function subtract(amount: number, other: number): number {
  return exact(integer(amount, 'an amount') - integer(other, 'an amount'));
}

/** `amount * numerator / denominator`, halves rounded away from zero. `multiply(1999, 19, 100)` is 19 % of 19.99. */
export function multiply(amount: number, numerator: number, denominator = 1): number {
  const product = BigInt(integer(amount, 'an amount')) * BigInt(integer(numerator, 'a numerator'));
  const divisor = BigInt(integer(denominator, 'a denominator'));
  if (divisor === 0n) throw new RangeError('a denominator is not 0');
  const isNegative = product < 0n !== divisor < 0n;
  const [top, bottom] = [product < 0n ? -product : product, divisor < 0n ? -divisor : divisor];
  const rounded = (2n * top + bottom) / (2n * bottom);
  return exact(Number(isNegative ? -rounded : rounded));
}

/** `percentage` percent of `amount`, halves rounded away from zero. The percentage is an integer or text: `'12.5'`. */
export function percent(amount: number, percentage: number | string): number {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(String(percentage));
  if (match === null || (typeof percentage === 'number' && !Number.isSafeInteger(percentage))) {
    throw new RangeError(`a percentage is an integer or text such as '12.5', not ${percentage}`);
  }
  const [, whole = '', fraction = ''] = match;
  return multiply(amount, Number(whole + fraction), 100 * 10 ** fraction.length);
}

/**
 * `amount` split in proportion to `weights` (non-negative integers, not all 0). What rounding leaves over goes to the
 * largest remainders, among equals to the lowest line, so the shares add up to `amount`.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const total = BigInt(integer(amount, 'an amount'));
  const parts = weights.map((weight) => BigInt(integer(weight, 'a weight')));
  const whole = parts.reduce((sum, part) => sum + part, 0n);
  if (whole <= 0n || parts.some((part) => part < 0n)) {
    throw new RangeError('weights are non-negative and not all 0');
  }
  const size = total < 0n ? -total : total;
  const shares = parts.map((part) => (size * part) / whole);
  const left = size - shares.reduce((sum, share) => sum + share, 0n);
  const favoured = parts
    .map((part, line) => ({ line, remainder: (size * part) % whole }))
    .toSorted((a, b) =>
      a.remainder === b.remainder ? a.line - b.line : a.remainder < b.remainder ? 1 : -1,
    )
    .slice(0, Number(left))
    .map(({ line }) => line);
  return shares.map((share, line) => {
    const minor = Number(favoured.includes(line) ? share + 1n : share);
    return total < 0n && minor !== 0 ? -minor : minor;
  });
}

/** `4900, 'USD'` as `49.00`; `7500, 'JPY'` as `7500`; `15000, 'KWD'` as `15.000`. */
export function format(amount: number, currency: string): string {
  const digits = exponentOf(currency);
  const sign = integer(amount, 'an amount') < 0 ? '-' : '';
  const padded = String(amount < 0 ? -amount : amount).padStart(digits + 1, '0');
  return digits === 0
    ? sign + padded
    : `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** `'49.00', 'USD'` as 4900: exactly the currency's digits, no grouping, so that `4,900` is never misread. */
export function parse(text: string, currency: string): number {
  const digits = exponentOf(currency);
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  const [, whole = '', fraction = ''] = match ?? [];
  if (match === null || fraction.length !== digits) {
    throw new RangeError(`'${text}' is not an amount of ${currency} with ${digits} decimals`);
  }
  return exact(Number(whole + fraction));
}

function exponentOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) {
    throw new RangeError(`'${currency}' is not an ISO 4217 code such as 'USD'`);
  }
  return exponents[currency] ?? usualExponent;
}

function integer(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${what} is an integer in minor units, not ${String(value)}`);
  }
  return value;
}

/** Minus zero is no amount either. */
function exact(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is beyond the integers that are exact`);
  }
  return value === 0 ? 0 : value;
}
