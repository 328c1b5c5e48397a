import type { ApiKey, KeyStore } from '../session/key-store.ts';

/** Keys in memory: they die with the process. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, ApiKey>();
  return {
    add: async (key) => {
      keys.set(key.keyId, key);
    },
    find: async (hash) => [...keys.values()].find((key) => key.hash === hash),
    list: async (tenant) =>
      [...keys.values()]
        .filter((key) => key.principal.tenant === tenant)
        .toSorted((left, right) => (left.keyId < right.keyId ? -1 : 1)),
    revoke: async (keyId) => keys.delete(keyId),
    isEmpty: async () => keys.size === 0,
  };
}
