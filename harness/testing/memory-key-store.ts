import type { ApiKey, KeyStore } from '../session/key-store.ts';

/** Keys in memory: they die with the process. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, ApiKey>();
  const revoked = new Set<string>();
  const live = (): readonly ApiKey[] => [...keys.values()].filter((key) => !revoked.has(key.keyId));
  return {
    add: async (key) => {
      keys.set(key.keyId, key);
    },
    find: async (hash) => live().find((key) => key.hash === hash),
    list: async (tenant) =>
      [...keys.values()]
        .filter(({ principal }) => tenant === undefined || principal.tenant === tenant)
        .map(({ hash: _, ...key }) => ({ ...key, isRevoked: revoked.has(key.keyId) }))
        .toSorted((left, right) => (left.keyId < right.keyId ? -1 : 1)),
    revoke: async (keyId) => {
      if (!keys.has(keyId) || revoked.has(keyId)) return false;
      revoked.add(keyId);
      return true;
    },
    isEmpty: async () => live().length === 0,
  };
}
