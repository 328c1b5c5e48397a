import type { RunArchive } from '../session/run-archive.ts';
import type { AuditStore } from './audit.ts';

// What is too old goes: the session with all that is in it, then what the runner kept of its runs, then the audit is told.
//
//   T1. A session goes in one transaction, which leaves a note of what is still to be done; the note goes when it is done.
//       So a pass that dies anywhere is finished by the next.
//   T2. What is in use stays: a run that has not settled, an approval that waits or was not used yet.
//   T3. The audit stays, and says of each session that it was deleted, under which rule, and what went with it.

/** A session that is old enough to go. */
export interface RetentionCandidate {
  readonly sessionId: string;
  /** The run admitted last, if any. */
  readonly latestRunId: string | null;
  /** Whether an approval of it is pending or waits to be used. */
  readonly isAwaited: boolean;
}

/** Rows deleted. */
export interface RetentionCounts {
  readonly events: number;
  readonly deltas: number;
  readonly records: number;
  readonly approvals: number;
}

/** A session that is gone, and what is still to be done about it. */
export interface ErasedSession {
  readonly sessionId: string;
  /** Names this life of the session: another may begin under the same id. */
  readonly key: string;
  readonly tenant: string;
  readonly runIds: readonly string[];
  readonly counts: RetentionCounts;
}

/** The part of the database that ages. The audit is not in it: it has no way to be deleted from here. */
export interface RetentionStore {
  /** Sessions created before, oldest first. */
  readonly candidates: (createdBeforeMs: number) => Promise<readonly RetentionCandidate[]>;
  /**
   * Deletes all of a session at once and notes it. False, and nothing is deleted, if an approval of it is pending or waits to
   * be used, or if a run was admitted since it became a candidate.
   */
  readonly erase: (
    candidate: RetentionCandidate & { readonly runIds: readonly string[] },
  ) => Promise<boolean>;
  /** What was erased and not finished, by this pass or one that died. */
  readonly unfinished: () => Promise<readonly ErasedSession[]>;
  readonly finish: (erased: ErasedSession) => Promise<void>;
}

export interface RetentionParts {
  readonly store: RetentionStore;
  readonly archive: RunArchive;
  readonly audit: Pick<AuditStore, 'append'>;
}

export interface RetentionRules {
  /** Sessions created longer ago than this go. */
  readonly days: number;
  readonly nowMs: number;
  /** Only says what would go. */
  readonly isDryRun?: boolean;
}

export interface RetentionReport extends RetentionCounts {
  /** Deleted, or in a dry run: would be. */
  readonly sessions: readonly string[];
  /** What the runner kept of so many runs. */
  readonly runs: number;
  /** Old enough, and still in use. */
  readonly kept: readonly string[];
}

const dayMs = 86_400_000;

/** Deletes what is older than it may be and no longer in use. Doing it again deletes nothing more. */
export async function applyRetention(
  parts: RetentionParts,
  { days, nowMs, isDryRun = false }: RetentionRules,
): Promise<RetentionReport> {
  if (!(days > 0)) throw new RangeError(`sessions are kept for more than 0 days, not ${days}`);
  const { store, archive } = parts;
  const finished = isDryRun ? [] : [...(await finishAll(parts, { days, nowMs }))];
  const due: string[] = [];
  const kept: string[] = [];
  for (const candidate of await store.candidates(nowMs - days * dayMs)) {
    const runs = await archive.runsOf(candidate.sessionId);
    const isFree = !candidate.isAwaited && runs.every(({ isSettled }) => isSettled);
    const runIds = runs.map(({ runId }) => runId);
    const goes = isFree && (isDryRun || (await store.erase({ ...candidate, runIds })));
    (goes ? due : kept).push(candidate.sessionId);
    if (goes && !isDryRun) finished.push(...(await finishAll(parts, { days, nowMs })));
  }
  const total = (count: (erased: ErasedSession) => number): number =>
    finished.reduce((sum, erased) => sum + count(erased), 0);
  return {
    sessions: isDryRun ? due : finished.map(({ sessionId }) => sessionId),
    runs: total(({ runIds }) => runIds.length),
    events: total(({ counts }) => counts.events),
    deltas: total(({ counts }) => counts.deltas),
    records: total(({ counts }) => counts.records),
    approvals: total(({ counts }) => counts.approvals),
    kept,
  };
}

async function finishAll(
  { store, archive, audit }: RetentionParts,
  { days, nowMs }: RetentionRules,
): Promise<readonly ErasedSession[]> {
  const unfinished = await store.unfinished();
  for (const erased of unfinished) {
    const { sessionId, key, tenant, runIds, counts } = erased;
    await archive.forget(runIds);
    await audit.append(
      {
        tenant,
        key: `retention/${sessionId}/${key}`,
        actor: 'retention',
        action: 'session-deleted',
        subject: sessionId,
        isAllowed: true,
        reason: `older than ${days} days`,
        detail: { ...counts, runs: runIds.length },
      },
      nowMs,
    );
    await store.finish(erased);
  }
  return unfinished;
}
