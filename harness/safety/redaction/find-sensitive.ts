import { emailAddress } from './email-address.ts';
import { findCardNumbers, type Span } from './find-card-numbers.ts';
import { findIbans } from './find-ibans.ts';
import { findKeys } from './find-keys.ts';
import { mayBeSensitive } from './may-be-sensitive.ts';
import { placeholder } from './placeholder.ts';

export type SensitiveKind = 'card' | 'cvv' | 'iban' | 'key' | 'e-mail';

export interface SensitiveSpan extends Span {
  readonly kind: SensitiveKind;
}

const cardCodeInContext =
  /\b(?:cvv2?|cvc2?|csc|cid|card (?:verification|security) (?:code|value|number)|security code)\b(?:\s+(?:is|code|number))*[\s:=#"'(-]{0,4}(\d{3,4})(?!\d)/dgi;

/** Behind a card number and its expiry date, as people type it off the card. */
const cardCodeBehindDate =
  /^[\s\p{P}]{1,4}(?:exp\w*[\s\p{P}]{0,3})?\d{1,2}\s?[/-]\s?\d{2,4}[\s\p{P}]{1,4}(\d{3,4})(?!\d)/du;

export interface FindOptions {
  readonly emails: boolean;
  /** Secrets known by value. */
  readonly known: readonly string[];
}

/** Everything in a text that is not to be kept, in order and without overlaps. */
export function findSensitive(text: string, options: FindOptions): SensitiveSpan[] {
  const isKnown = options.known.some((value) => value !== '' && text.includes(value));
  return isKnown || mayBeSensitive(text) ? lookClosely(text, options) : [];
}

/** As `findSensitive`, whatever the text looks like. */
export function lookClosely(text: string, { emails, known }: FindOptions): SensitiveSpan[] {
  const as =
    (kind: SensitiveKind) =>
    ({ start, end }: Span): SensitiveSpan => ({ kind, start, end });
  const cards = findCardNumbers(text);
  const taken = [...text.matchAll(placeholder)].map(spanOf);
  const spans = [
    ...findKeys(text, known).map(as('key')),
    ...findIbans(text).map(as('iban')),
    ...cards.map(as('card')),
    ...findCardCodes(text, cards).map(as('cvv')),
    ...(emails ? [...text.matchAll(emailAddress)].map(spanOf).map(as('e-mail')) : []),
  ];
  return withoutOverlaps(spans.filter((span) => !taken.some((each) => cutsInto(span, each))));
}

function findCardCodes(text: string, cards: readonly Span[]): readonly Span[] {
  const placeholders = [...text.matchAll(/\[card \d+\]/g)].map(spanOf);
  const behind = [...cards, ...placeholders].flatMap(({ end }) => {
    const match = cardCodeBehindDate.exec(text.slice(end, end + 40));
    return match === null ? [] : [groupOf(match, end)];
  });
  return [...behind, ...[...text.matchAll(cardCodeInContext)].map((match) => groupOf(match, 0))];
}

/** A span may hold a placeholder, not a part of one. */
function cutsInto(span: Span, whole: Span): boolean {
  const overlaps = span.start < whole.end && whole.start < span.end;
  return overlaps && !(span.start < whole.start && whole.end < span.end);
}

/** What begins first stands; what overlaps it makes it longer. */
function withoutOverlaps(spans: readonly SensitiveSpan[]): SensitiveSpan[] {
  const kept: SensitiveSpan[] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start)) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    else kept[kept.length - 1] = { ...last, end: Math.max(last.end, span.end) };
  }
  return kept;
}

function groupOf({ indices }: RegExpExecArray, offset: number): Span {
  const [start, end] = indices?.[1] ?? [0, 0];
  return { start: start + offset, end: end + offset };
}

const spanOf = (match: RegExpExecArray): Span => ({
  start: match.index,
  end: match.index + match[0].length,
});
