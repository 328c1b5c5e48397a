import type { Principal } from './event.ts';

/** A key that opens the server, as it is kept: what is shown once to its holder cannot be had back from it. */
export interface ApiKey {
  readonly keyId: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly hash: string;
  /** Who its holder is. */
  readonly principal: Principal;
}

/** Where keys are kept. */
export interface KeyStore {
  readonly add: (key: ApiKey) => Promise<void>;
  /** The key with this hash; undefined when there is none or it was revoked. */
  readonly find: (hash: string) => Promise<ApiKey | undefined>;
  /** The tenant's keys that are not revoked, by id. */
  readonly list: (tenant: string) => Promise<readonly ApiKey[]>;
  /** True when it was there and not revoked before. */
  readonly revoke: (keyId: string) => Promise<boolean>;
  /** Whether no key is kept that opens anything. */
  readonly isEmpty: () => Promise<boolean>;
}
