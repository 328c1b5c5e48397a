import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256, lower-case hex, of the RFC 8785 canonical form of a JSON value: equal values, equal fingerprints. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** The RFC 8785 canonical form. Throws on what JSON cannot say (NaN, bigint). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError(`not a JSON value: ${typeof value}`);
  return text;
}
