import { ciphertextProperties, holdsAddress, idProperties } from './redaction.ts';

/** Where a secret stands and what it looks like; the secret itself is not repeated. */
export interface FoundSecret {
  /** Counts from 1. */
  readonly line: number;
  /** JSON pointer into the line's value; missing for a line that is not JSON. */
  readonly field?: string;
  readonly kind: string;
}

/** A secret known by its value, and what to call it. */
export interface KnownSecret {
  readonly value: string;
  readonly kind: string;
}

// A key begins where a word does: what looks like one in the middle of ciphertext or of an id is none.
const shapes: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'an OpenAI or Anthropic key', pattern: /(?<![\w-])sk-[A-Za-z0-9_-]{16,}/ },
  { kind: 'a Stripe key', pattern: /(?<![\w-])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/ },
  { kind: 'an AWS access key', pattern: /(?<![\w-])(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  {
    kind: 'a GitHub token',
    pattern: /(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,})/,
  },
  { kind: 'a Slack token', pattern: /(?<![\w-])xox[abprs]-[A-Za-z0-9-]{10,}/ },
  { kind: 'a bearer token', pattern: /\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*/i },
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
];
/** What none of them is without: most texts are looked at once. */
const shapeSigns = /sk-|[rs]k_|A[KS]IA|gh[pousr]_|github_pat_|xox[abprs]-|bearer\s|PRIVATE KEY/i;
export const addressKind = 'an e-mail address';
export const cardKind = 'a card number';

/** Thirteen to nineteen digits, perhaps grouped, that begin as card numbers do: a time in milliseconds does not. */
const cardPattern = /(?<![\w.-])(?:4|5[1-5]|2[2-7]|3[0-9]|6)\d?(?:[ -]?\d){12,17}(?![\w.-])/g;

/** In a text that is not JSON itself, such as a body within YAML: a property of ciphertext, and its value. */
const ciphertextPattern = new RegExp(
  `(?:${[...ciphertextProperties].join('|')})[\\\\"']*\\s*:\\s*[\\\\"']*[\\w+/=-]*`,
  'g',
);

/**
 * Looks for secrets in the lines of a recording, or of any text: known key formats, card numbers, e-mail addresses, and what
 * is `known` by its value, such as the API key in force. What streamed in pieces is looked at as a whole, ciphertext not at
 * all, and ids for keys only.
 */
export function findSecrets(
  text: string,
  known: readonly KnownSecret[] = [],
): readonly FoundSecret[] {
  return text.split('\n').flatMap((content, index) => findInLine(content, index + 1, known));
}

/**
 * What no line with a secret is without, however it is written: a sign of its kind, an escape that may hide one, or pieces that
 * may hold one only together.
 */
const lineSigns =
  /@|sk-|[rs]k_|A[KS]IA|gh[pousr]_|github_pat_|xox[abprs]-|bearer|PRIVATE KEY|\\u00[2-7]|"deltas"|[2-6]\d?(?:[ -]?\d){12}/i;

/** As `findSecrets`, for one line. */
export function findInLine(
  content: string,
  line: number,
  known: readonly KnownSecret[],
): readonly FoundSecret[] {
  if (known.length === 0 && !lineSigns.test(content)) return [];
  const value = parsed(content);
  const texts = value === undefined ? [{ text: plain(content) }] : textsIn(value, undefined);
  const found = texts.flatMap((each) =>
    kindsIn(each, known).map((kind) => ({
      line,
      ...(value === undefined ? {} : { field: pointerOf(each.path, known) }),
      kind,
    })),
  );
  // A text within a text has the place of the outer one.
  const places = new Map(found.map((each) => [`${each.field} ${each.kind}`, each]));
  return [...places.values()];
}

interface Path {
  readonly parent: Path | undefined;
  readonly token: string;
}

interface Text {
  readonly text: string;
  readonly path?: Path | undefined;
  readonly isId?: boolean;
}

/** A card number's; keys are longer. Most texts of a recording are names of properties, and shorter. */
const fewestCharacters = 13;

function kindsIn({ text, isId }: Text, known: readonly KnownSecret[]): readonly string[] {
  const isShort = text.length < fewestCharacters;
  return [
    ...(isShort || !shapeSigns.test(text)
      ? []
      : shapes.filter(({ pattern }) => pattern.test(text)).map(({ kind }) => kind)),
    ...(!isShort && isId !== true && holdsCardNumber(text) ? [cardKind] : []),
    ...(isId !== true && holdsAddress(text) ? [addressKind] : []),
    ...knownIn(text, known),
    ...(isShort ? [] : encodedIn(text, known)),
  ];
}

function knownIn(text: string, known: readonly KnownSecret[]): readonly string[] {
  return known.filter(({ value }) => value !== '' && text.includes(value)).map(({ kind }) => kind);
}

/** Base 64, in either alphabet: as long as a key is, and of a file a stretch at a time. */
const encodedPattern = /[\w+/-]{20,4096}={0,2}/g;

/**
 * What hides in base 64, such as the user and password of a request: keys and what is known. Bytes are random enough to hold
 * what looks like a number or an address.
 */
function encodedIn(text: string, known: readonly KnownSecret[]): readonly string[] {
  return Array.from(text.matchAll(encodedPattern)).flatMap(([match]) => {
    const bytes = Buffer.from(match, 'base64').toString('latin1');
    const keys = shapeSigns.test(bytes) ? shapes.filter(({ pattern }) => pattern.test(bytes)) : [];
    return [...keys.map(({ kind }) => kind), ...knownIn(bytes, known)].map(
      (kind) => `${kind} in base 64`,
    );
  });
}

/** Everything that is said in a value: names of properties, texts and numbers, also in texts that are JSON themselves. */
function textsIn(value: unknown, path: Path | undefined, isId = false): readonly Text[] {
  if (typeof value === 'number') return [{ text: String(value), path, isId }];
  if (typeof value === 'string') {
    const inner = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
    if (inner === undefined) return [{ text: plain(value), path, isId }];
    return textsIn(inner, undefined, isId).map((each) => ({ ...each, path }));
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) =>
      textsIn(each, { parent: path, token: String(index) }, isId),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([property, each]) => {
    if (ciphertextProperties.has(property)) return [];
    const inside = { parent: path, token: property };
    const pieces = property === 'deltas' && Array.isArray(each) ? each.join('') : each;
    return [
      { text: property, path: inside },
      ...textsIn(pieces, inside, idProperties.has(property)),
    ];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a line of a recording, or arguments that a model broke: looked at as it stands.
    return undefined;
  }
}

function plain(text: string): string {
  return text.replaceAll(ciphertextPattern, '');
}

/** A property named by a secret is not named in turn. */
function pointerOf(path: Path | undefined, known: readonly KnownSecret[]): string {
  if (path === undefined) return '';
  const isSecret = kindsIn({ text: path.token }, known).length > 0;
  const token = isSecret ? '…' : path.token.replaceAll('~', '~0').replaceAll('/', '~1');
  return `${pointerOf(path.parent, known)}/${token}`;
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
