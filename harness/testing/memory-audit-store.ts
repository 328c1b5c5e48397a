import {
  type AuditRow,
  type AuditStore,
  auditRoot,
  nextAuditRow,
  storableEntry,
} from '../safety/audit.ts';

/** The audit in memory: keeps L1 to L3, dies with the process. */
export function memoryAuditStore(): AuditStore {
  const chains = new Map<string, AuditRow[]>();
  return {
    append: async (given, recordedAt) => {
      const entry = structuredClone(storableEntry(given));
      const rows = chains.get(entry.tenant) ?? [];
      const earlier = rows.find(({ key }) => key === entry.key);
      if (earlier !== undefined) return earlier;
      const row = nextAuditRow(entry, rows.at(-1) ?? auditRoot, recordedAt);
      rows.push(row);
      chains.set(row.tenant, rows);
      return row;
    },
    read: async (tenant, after) => (chains.get(tenant) ?? []).slice(after),
    tenants: async () => [...chains.keys()].toSorted(),
  };
}
