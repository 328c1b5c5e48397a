import { z } from 'zod';

/** ISO 4217 codes the desk deals in. */
export const currencySchema = z.enum(['USD', 'EUR', 'JPY', 'KWD']);
export type Currency = z.infer<typeof currencySchema>;

/** An amount in the currency's smallest unit: an integer, never a float. */
export const amountMinorSchema = z.int().positive();

/** Digits behind the decimal point, by ISO 4217. */
const fractionDigits: Readonly<Record<Currency, number>> = { USD: 2, EUR: 2, JPY: 0, KWD: 3 };

/** `4900, 'USD'` as `49.00`; `7500, 'JPY'` as `7500`; `15000, 'KWD'` as `15.000`. Throws RangeError on a non-integer. */
export function formatAmount(amountMinor: number, currency: Currency): string {
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`an amount in minor units is an integer, not ${amountMinor}`);
  }
  const digits = fractionDigits[currency];
  const sign = amountMinor < 0 ? '-' : '';
  const padded = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  if (digits === 0) return sign + padded;
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** `4900, 'USD'` as `49.00 USD`: the form in which tools and mails speak of money. */
export function formatMoney(amountMinor: number, currency: Currency): string {
  return `${formatAmount(amountMinor, currency)} ${currency}`;
}

/**
 * `49.00` of USD as 4900: exactly the currency's digits, no grouping, no sign.
 * Throws RangeError on any other text, so that `49.005` is never rounded and `4,900` never misread.
 */
export function parseAmount(text: string, currency: Currency): number {
  const digits = fractionDigits[currency];
  const pattern = digits === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${digits}}$`);
  const amountMinor = pattern.test(text) ? Number(text.replace('.', '')) : Number.NaN;
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`'${text}' is not an amount of ${currency} with ${digits} decimals`);
  }
  return amountMinor;
}
