import type { Json } from '../session/event.ts';
import { isCardNumber } from './redaction/find-card-numbers.ts';
import { findSensitive, type SensitiveKind } from './redaction/find-sensitive.ts';
import { placeholder } from './redaction/placeholder.ts';
import { storableText } from './storable.ts';

// What must not be kept is taken out before anything is kept.
//
//   R1. Redacting twice is redacting once.
//   R2. Within one value the same secret has the same placeholder, numbered by first appearance; a placeholder that stood
//       there before keeps its number to itself.
//   R3. A finding says where and what kind, never what.
//   R4. What comes out can be kept: hostile bytes that no database takes are replaced.

/** `stored`: what the harness itself keeps. `outbound`: logs, recordings and spans, where an e-mail address is too much. */
export type RedactionProfile = 'stored' | 'outbound';

export interface RedactOptions {
  readonly profile: RedactionProfile;
  /** Secrets known by value, such as the API key in force. */
  readonly known?: readonly string[];
}

export interface Finding {
  readonly kind: SensitiveKind;
  /** What stands there now, e.g. `[card 1]`. */
  readonly placeholder: string;
  /** JSON pointer into the redacted value; '' for the value itself. */
  readonly path: string;
}

export interface Redaction<Value extends Json = Json> {
  readonly value: Value;
  /** In order of appearance. */
  readonly found: readonly Finding[];
}

/** Replaces card numbers, card codes, keys, IBANs and, outbound, e-mail addresses in all strings, numbers and keys of `value`. */
export function redact(value: Json, options: RedactOptions): Redaction {
  const found: Finding[] = [];
  const redactor = createRedactor(numberingBehind(value), options, (each) => found.push(each));
  return { value: redactor.json(value, ''), found };
}

/** As `redact`, for one text. */
export function redactText(text: string, options: RedactOptions): Redaction<string> {
  const found: Finding[] = [];
  const redactor = createRedactor(numberingBehind(text), options, (each) => found.push(each));
  return { value: redactor.text(text, ''), found };
}

/**
 * As `redactText`, for texts that belong together: a secret has the same placeholder in all of them. However many they are, what
 * it keeps is one number a secret.
 */
export function openTextRedaction(options: RedactOptions): (text: string) => string {
  const numbering = createNumbering();
  const redactor = createRedactor(numbering, options, () => undefined);
  return (text) => {
    numbering.goBehind(text);
    return redactor.text(text, '');
  };
}

function numberingBehind(value: Json): Numbering {
  const numbering = createNumbering();
  numbering.goBehind(JSON.stringify(value));
  return numbering;
}

interface Redactor {
  readonly json: (value: Json, path: string) => Json;
  readonly text: (text: string, path: string) => string;
}

/** Properties whose value is a secret whatever it looks like. */
const cardCodeProperty = /^(?:cvv2?|cvc2?|csc|(?:card_?)?security_?code|card_?code)$/i;
const keyProperty =
  /^(?:(?:x-)?api[_-]?key|authorization|password|passphrase|(?:client|api)[_-]?secret|(?:access|refresh|auth|bearer)[_-]?token|private[_-]?key)$/i;
/** Taking something out may bring together what it stood between; each pass leaves less. */
const passLimit = 8;

function createRedactor(
  { numberOf }: Numbering,
  { profile, known = [] }: RedactOptions,
  tell: (finding: Finding) => void,
): Redactor {
  const options = { emails: profile === 'outbound', known };

  const replace = (kind: SensitiveKind, secret: string, path: string): string => {
    const stand = `[${kind} ${numberOf(kind, secret)}]`;
    tell({ kind, placeholder: stand, path });
    return stand;
  };
  const text = (given: string, path: string): string => {
    let current = storableText(given);
    for (let pass = 0; pass < passLimit; pass += 1) {
      const spans = findSensitive(current, options);
      if (spans.length === 0) break;
      let result = '';
      let at = 0;
      for (const { kind, start, end } of spans) {
        result += current.slice(at, start) + replace(kind, current.slice(start, end), path);
        at = end;
      }
      current = result + current.slice(at);
    }
    return current;
  };
  const property = (name: string, value: Json, path: string): Json => {
    const secret = secretProperty(name, value);
    return secret === undefined ? json(value, path) : replace(secret.kind, secret.written, path);
  };
  const json = (value: Json, path: string): Json => {
    if (typeof value === 'string') return text(value, path);
    if (typeof value === 'number')
      return isCardNumber(String(value)) ? replace('card', String(value), path) : value;
    if (Array.isArray(value)) return value.map((each, index) => json(each, `${path}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        const kept = text(name, path);
        return [kept, property(name, each, `${path}/${escapePointer(kept)}`)];
      }),
    );
  };
  return { json, text };
}

/** A value that is a secret because of what it is called. */
function secretProperty(
  name: string,
  value: Json,
): { readonly kind: SensitiveKind; readonly written: string } | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const written = String(value);
  if (written.replaceAll(placeholder, '') === '') return undefined;
  if (cardCodeProperty.test(name) && /^\s*\d{3,4}\s*$/.test(written))
    return { kind: 'cvv', written };
  return keyProperty.test(name) ? { kind: 'key', written } : undefined;
}

/** Numbers secrets, per kind. */
interface Numbering {
  readonly numberOf: (kind: SensitiveKind, secret: string) => number;
  /** Leaves their numbers to the placeholders that stand there already. */
  readonly goBehind: (written: string) => void;
}

function createNumbering(): Numbering {
  const last = new Map<string, number>();
  const numbers = new Map<string, number>();
  return {
    goBehind: (written) => {
      for (const [there] of written.matchAll(placeholder)) {
        const [kind = '', number = ''] = there.slice(1, -1).split(' ');
        last.set(kind, Math.max(last.get(kind) ?? 0, Number(number)));
      }
    },
    numberOf: (kind, secret) => {
      const identity = JSON.stringify([kind, sameHowever(kind, secret)]);
      const number = numbers.get(identity) ?? (last.get(kind) ?? 0) + 1;
      if (!numbers.has(identity)) last.set(kind, number);
      numbers.set(identity, number);
      return number;
    },
  };
}

/** The same number, with other gaps, is the same secret. */
function sameHowever(kind: SensitiveKind, secret: string): string {
  if (kind === 'key') return secret;
  const plain = secret.normalize('NFKC').toUpperCase();
  return kind === 'e-mail' ? plain : plain.replaceAll(/[^A-Z0-9]/g, '');
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
