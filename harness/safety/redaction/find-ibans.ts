import type { Span } from './find-card-numbers.ts';

/** Length of an IBAN by country, as registered. */
const lengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 ' +
    'LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ' +
    'ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const beginning = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;

/** International bank account numbers: a known country, its length, and the check digits. */
export function findIbans(text: string): readonly Span[] {
  return [...text.matchAll(beginning)].flatMap(({ 0: head, index }) => {
    const length = lengths.get(head.slice(0, 2).toUpperCase());
    if (length === undefined) return [];
    const written = new RegExp(`^(?:[A-Za-z0-9][ -]?){${length - 1}}[A-Za-z0-9](?![A-Za-z0-9])`);
    const found = written.exec(text.slice(index, index + 2 * length))?.[0];
    if (found === undefined || !passesMod97(found.replaceAll(/[ -]/g, ''))) return [];
    return [{ start: index, end: index + found.length }];
  });
}

function passesMod97(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  const digits = Array.from(turned, (character) => Number.parseInt(character, 36)).join('');
  return Array.from(digits).reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}
