import type { Principal } from './event.ts';

/** Who holds a key: a person, or a program that works by itself. A service's word is never a person's decision. */
export type KeyKind = 'person' | 'service';

/** Who comes with a key. */
export interface KeyHolder {
  readonly kind: KeyKind;
  readonly principal: Principal;
}

/** A key that opens the server, as it is kept: what is shown once to its holder cannot be had back from it. */
export interface ApiKey extends KeyHolder {
  readonly keyId: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly hash: string;
}

/** A key as it is listed. */
export interface ListedKey extends KeyHolder {
  readonly keyId: string;
  readonly isRevoked: boolean;
}

/** Where keys are kept. */
export interface KeyStore {
  readonly add: (key: ApiKey) => Promise<void>;
  /** The key with this hash; undefined when there is none or it was revoked. */
  readonly find: (hash: string) => Promise<ApiKey | undefined>;
  /** Those of a tenant, or all, revoked ones too, by id. */
  readonly list: (tenant?: string) => Promise<readonly ListedKey[]>;
  /** True when it was there and not revoked before. */
  readonly revoke: (keyId: string) => Promise<boolean>;
  /** Whether no key is kept that opens anything. */
  readonly isEmpty: () => Promise<boolean>;
}
