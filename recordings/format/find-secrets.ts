import { ciphertextProperties, holdsAddress } from './redaction.ts';

/** Where a secret stands and what it looks like; the secret itself is not repeated. */
export interface FoundSecret {
  /** Counts from 1. */
  readonly line: number;
  readonly kind: string;
}

const shapes: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'an OpenAI or Anthropic key', pattern: /\bsk-[A-Za-z0-9_-]{16,}/ },
  { kind: 'a Stripe key', pattern: /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/ },
  { kind: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { kind: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,})/ },
  { kind: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { kind: 'a bearer token', pattern: /\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*/i },
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
];

/** Thirteen to nineteen digits, perhaps grouped, that begin as card numbers do: a time in milliseconds does not. */
const cardPattern = /(?<![\w.-])(?:4|5[1-5]|2[2-7]|3[0-9]|6)\d?(?:[ -]?\d){12,17}(?![\w.-])/g;

/**
 * Looks for secrets in the lines of a recording, or of any text: known key formats, card numbers, e-mail addresses, and the
 * `values` given, such as the API key in force. What streamed in pieces is looked at as a whole.
 */
export function findSecrets(text: string, values: readonly string[] = []): readonly FoundSecret[] {
  return text.split('\n').flatMap((content, index) => {
    const texts = readableTexts(content);
    return kindsIn(texts, values).map((kind) => ({ line: index + 1, kind }));
  });
}

function kindsIn(texts: readonly string[], values: readonly string[]): readonly string[] {
  return [
    ...shapes
      .filter(({ pattern }) => texts.some((text) => pattern.test(text)))
      .map(({ kind }) => kind),
    ...(texts.some(holdsCardNumber) ? ['a card number'] : []),
    ...(texts.some(holdsAddress) ? ['an e-mail address'] : []),
    ...(values.some((value) => value !== '' && texts.some((text) => text.includes(value)))
      ? ['a secret that is in use']
      : []),
  ];
}

function readableTexts(line: string): readonly string[] {
  try {
    return textsIn(JSON.parse(line));
  } catch {
    // Not a line of a recording: looked at as it stands.
    return [line];
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([property, each]) => {
    if (ciphertextProperties.has(property)) return [];
    const isDeltas = property === 'deltas' && Array.isArray(each);
    return [property, ...(isDeltas ? [each.join('')] : textsIn(each))];
  });
}

function holdsCardNumber(text: string): boolean {
  return Array.from(text.matchAll(cardPattern)).some(([match]) => {
    const digits = match.replaceAll(/\D/g, '');
    return (digits.length > 13 || digits.startsWith('4')) && passesLuhn(digits);
  });
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
