import { createHash } from 'node:crypto';
import type { Random } from '../host/host.ts';
import type { Principal } from '../session/event.ts';
import type { ApiKey, KeyHolder, KeyKind, KeyStore } from '../session/key-store.ts';

/** A key says whose kind it is, to whoever finds one where it should not be. */
const prefixes: Readonly<Record<KeyKind, string>> = { person: 'ghk_', service: 'ghs_' };
const keyBytes = 32;
const keyIdBytes = 6;
const keyPattern = new RegExp(`^(${Object.values(prefixes).join('|')})[0-9a-f]{${keyBytes * 2}}$`);

/** A key as it is shown, once. */
export interface IssuedKey {
  readonly keyId: string;
  readonly key: string;
}

/** Makes a person's key that speaks for `principal` and keeps its hash. */
export const issueApiKey = (
  keys: KeyStore,
  principal: Principal,
  random: Random,
): Promise<IssuedKey> => issueKeyFor(keys, { kind: 'person', principal }, random);

/** Makes a key for its holder, person or service, and keeps its hash. */
export async function issueKeyFor(
  keys: KeyStore,
  { kind, principal }: KeyHolder,
  random: Random,
): Promise<IssuedKey> {
  const key = `${prefixes[kind]}${random.hex(keyBytes)}`;
  const keyId = `key_${random.hex(keyIdBytes)}`;
  await keys.add({ keyId, hash: hashOf(key), kind, principal });
  return { keyId, key };
}

/** The kept key that `text` is; undefined when it is none, or revoked. */
export async function findApiKey(keys: KeyStore, text: string): Promise<ApiKey | undefined> {
  // Looked up by hash: how long that takes says nothing about the key. A random key needs no salt.
  return keyPattern.test(text) ? keys.find(hashOf(text)) : undefined;
}

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
