import { emailAddress } from './email-address.ts';

/**
 * The text with `[e-mail]` for every address and for every placeholder of one. What is measured on it is the same whether an
 * address stands there or what a recording puts in its place.
 */
export function addressless(text: string): string {
  let clean = text.replaceAll(/\[e-mail \d{1,4}\]/g, '[e-mail]');
  if (!clean.includes('@')) return clean;
  // Where one address is gone, what stood behind it may be another.
  for (let before = ''; before !== clean; ) {
    before = clean;
    clean = before.replaceAll(emailAddress, '[e-mail]');
  }
  return clean;
}
