import { fingerprint } from '../host/fingerprint.ts';
import type { Json } from '../session/event.ts';
import { storableJson, storableText } from './storable.ts';

// Who was allowed, or not, to do what: append-only, and any change to it shows.
//
//   L1. `seq` counts from 1 within a tenant, without gaps.
//   L2. An entry whose key is stored already is not stored again; the first one stays.
//   L3. A row's hash covers all of it and, through the hash before, all rows before it.

/** One decision. Its texts and detail are redacted by whoever appends it. */
export interface AuditEntry {
  readonly tenant: string;
  /** The decision's place, so that a step that runs twice is audited once; unique within the tenant. */
  readonly key: string;
  /** Who acted: a principal's id, or an agent's name. */
  readonly actor: string;
  /** What was to be done, e.g. `tool-called` or `approval-decided`. */
  readonly action: string;
  /** To what. */
  readonly subject: string;
  readonly isAllowed: boolean;
  /** Why, or why not. */
  readonly reason: string;
  readonly detail: Json;
}

export interface AuditRow extends AuditEntry {
  readonly seq: number;
  /** Milliseconds since the epoch, whole. */
  readonly recordedAt: number;
  /** Hash of the row before; of the first row, `auditRoot`. */
  readonly previousHash: string;
  readonly hash: string;
}

/** The newest row of a tenant, noted elsewhere: what proves later that no row was cut off behind it. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** Where the audit lives: L1 to L3 hold for any number of processes. Nothing in it can be changed or removed. */
export interface AuditStore {
  /** Stores the entry and returns its row, or the row stored under its key before. */
  readonly append: (entry: AuditEntry, recordedAt: number) => Promise<AuditRow>;
  /** Rows with `seq` greater than `after` (0 for all), in order. */
  readonly read: (tenant: string, after: number) => Promise<readonly AuditRow[]>;
  /** Those that have rows, by name. */
  readonly tenants: () => Promise<readonly string[]>;
}

export type AuditVerdict =
  | { readonly ok: true; readonly rows: number; readonly head: AuditHead }
  | { readonly ok: false; readonly seq: number; readonly what: string };

/** Stands before every tenant's first row. */
export const auditRoot: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** The entry as it can be stored: a row must read back as it was hashed. */
export function storableEntry(entry: AuditEntry): AuditEntry {
  return {
    tenant: storableText(entry.tenant),
    key: storableText(entry.key),
    actor: storableText(entry.actor),
    action: storableText(entry.action),
    subject: storableText(entry.subject),
    isAllowed: entry.isAllowed,
    reason: storableText(entry.reason),
    detail: storableJson(entry.detail),
  };
}

/** The row of a storable entry that follows `head`. */
export function nextAuditRow(entry: AuditEntry, head: AuditHead, recordedAt: number): AuditRow {
  const row = {
    ...entry,
    seq: head.seq + 1,
    recordedAt: Math.round(recordedAt),
    previousHash: head.hash,
  };
  return { ...row, hash: fingerprint(row) };
}

/**
 * Looks for the first row of one tenant that was edited, removed, moved or slipped in. Rows cut off at the end leave a
 * whole chain: that takes a `head` noted before. Somebody who may write can also compute all hashes anew: that too shows
 * only against a head.
 */
export function verifyAudit(rows: readonly AuditRow[], head: AuditHead = auditRoot): AuditVerdict {
  let last = auditRoot;
  for (const row of rows) {
    const what = brokenBy(row, last, rows[0]?.tenant);
    if (what !== undefined) return { ok: false, seq: row.seq, what };
    last = row;
    if (row.seq === head.seq && row.hash !== head.hash) {
      return { ok: false, seq: row.seq, what: 'is not the row that was noted as the newest' };
    }
  }
  if (last.seq < head.seq) {
    return { ok: false, seq: last.seq + 1, what: `is missing, and all up to ${head.seq} with it` };
  }
  return { ok: true, rows: rows.length, head: { seq: last.seq, hash: last.hash } };
}

function brokenBy(row: AuditRow, last: AuditHead, tenant: string | undefined): string | undefined {
  const { hash, ...covered } = row;
  if (row.seq !== last.seq + 1) return `follows row ${last.seq}: rows are missing or moved`;
  if (row.tenant !== tenant) return 'belongs to another tenant';
  if (row.previousHash !== last.hash)
    return `does not continue row ${last.seq}: one of them was removed, moved or slipped in`;
  return fingerprint(covered) === hash ? undefined : 'was edited: its hash does not fit it';
}
