// Payment card numbers in text, however they are written. Everything here is about telling them from what looks alike.
//
//   N1. Whatever groups of digits, read together, are a card number, all of them are found: overlapping readings are one.
//   N2. What is part of a larger word, date, UUID, decimal or phone number is none of it.

import { placeholder } from './placeholder.ts';

/** A piece of a text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface DigitGroup extends Span {
  readonly digits: string;
}

const cardLengths = { min: 13, max: 19 };

/**
 * How card numbers begin, whoever issues them: neither a time in milliseconds nor a number with leading zeros does. Of
 * thirteen digits only Visa's, because most others are bar codes.
 */
const issued = /^(?:4\d{12}|(?:[3-6]\d|2[2-7]|81)\d{12,17}|9792\d{12})$/;

/** Digits that mean something else. */
const otherwise = [
  placeholder,
  /(?<![\da-f])[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\da-f])/gi,
  /(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?!\d)/g,
];

const invisible = '\\p{Cc}\\p{Cf}\\p{M}';
/** What people put between the digits of one number. */
const tightGap = new RegExp(`^[\\s\\-\\u2010-\\u2015${invisible}]{1,4}$`, 'u');
/** What they may also put there if the digits stand in the groups of a card. */
const looseGap = new RegExp(`^[\\s\\p{P}\\p{S}${invisible}]{1,4}$`, 'u');
const cardGroups = /^(?:4(?:,4){2,3},[1-4]|4,4,4,4|4,6,[45]|6,13|8,8)$/;

const cardWordBefore = /(?:card|visa|mastercard|amex|discover|maestro|pan|number|num|nr|no|cc)_?$/i;
const cardWordAfter = /^_?(?:exp|cvv|cvc|csc|valid|and|or)/i;

export function findCardNumbers(text: string): readonly Span[] {
  const groups = digitGroups(text);
  const found: Span[] = [];
  for (const [first, group] of groups.entries()) {
    if (!mayBegin(text, group)) continue;
    const end = longestCard(text, groups, first);
    if (end === undefined) continue;
    const previous = found.at(-1);
    if (previous !== undefined && group.start < previous.end) {
      found[found.length - 1] = { start: previous.start, end: Math.max(previous.end, end) };
    } else found.push({ start: group.start, end });
  }
  return found;
}

function digitGroups(text: string): readonly DigitGroup[] {
  const masked = otherwise.reduce(
    (rest, pattern) => rest.replaceAll(pattern, (match) => 'x'.repeat(match.length)),
    text,
  );
  return [...masked.matchAll(/\p{Nd}+/gu)].flatMap(({ 0: written, index }) => {
    const digits = written.normalize('NFKC');
    return /^\d+$/.test(digits) ? [{ start: index, end: index + written.length, digits }] : [];
  });
}

/** Where the longest card number ends that begins with this group. */
function longestCard(
  text: string,
  groups: readonly DigitGroup[],
  first: number,
): number | undefined {
  let end: number | undefined;
  let digits = '';
  const taken: DigitGroup[] = [];
  const gaps: string[] = [];
  for (const group of groups.slice(first, first + cardLengths.max)) {
    const previous = taken.at(-1);
    if (previous !== undefined) gaps.push(text.slice(previous.end, group.start));
    if (!looseGap.test(gaps.at(-1) ?? ' ')) break;
    digits += group.digits;
    taken.push(group);
    if (digits.length > cardLengths.max) break;
    if (isCardNumber(digits) && isWrittenAsOne(taken, gaps) && mayEnd(text, taken)) end = group.end;
  }
  return end;
}

function isWrittenAsOne(groups: readonly DigitGroup[], gaps: readonly string[]): boolean {
  if (gaps.every((gap) => tightGap.test(gap))) return true;
  const lengths = groups.map(({ digits }) => digits.length);
  if (cardGroups.test(lengths.join(','))) return true;
  const isUniform = lengths.slice(0, -1).every((length) => length === lengths[0] && length <= 2);
  return isUniform && gaps.every((gap) => gap === gaps[0]);
}

function mayBegin(text: string, { start }: DigitGroup): boolean {
  const before = text.slice(Math.max(0, start - 12), start);
  if (before.endsWith('+')) return false;
  return !/[A-Za-z_]$/.test(before) || cardWordBefore.test(before);
}

function mayEnd(text: string, groups: readonly DigitGroup[]): boolean {
  const [first, last] = [groups[0], groups.at(-1)];
  if (first === undefined || last === undefined) return false;
  const before = text.slice(Math.max(0, first.start - 2), first.start);
  const after = text.slice(last.end, last.end + 6);
  const isDecimal = /\d[.,]$/.test(before) || /^[.,]\d/.test(after);
  if (groups.length === 1 && isDecimal) return false;
  return !/^[A-Za-z_]/.test(after) || cardWordAfter.test(after);
}

/** Whether bare digits are a card number: the length, an issuer's beginning, the check digit. */
export function isCardNumber(digits: string): boolean {
  return issued.test(digits) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .toReversed()
    .map(Number)
    .reduce(
      (total, digit, index) =>
        total + (index % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9),
      0,
    );
  return sum % 10 === 0;
}
