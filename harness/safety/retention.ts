/** A session that is old enough to go. */
export interface RetentionCandidate {
  readonly sessionId: string;
  /** The run admitted last, if any: whether it has settled is for the caller to know. */
  readonly latestRunId: string | null;
}

/** Rows deleted. */
export interface RetentionCounts {
  readonly sessions: number;
  readonly events: number;
  readonly deltas: number;
  readonly records: number;
  readonly approvals: number;
}

/** The part of the database that ages. The audit is not in it: it has no way to be deleted from here. */
export interface RetentionStore {
  /** Sessions created before, oldest first. */
  readonly candidates: (createdBeforeMs: number) => Promise<readonly RetentionCandidate[]>;
  /**
   * Deletes all of a session at once. Deletes nothing, and returns undefined, if an approval of it is pending or waits to be
   * used, or if a run was admitted since it became a candidate.
   */
  readonly erase: (candidate: RetentionCandidate) => Promise<RetentionCounts | undefined>;
}

export interface RetentionRules {
  /** Sessions created longer ago than this go. */
  readonly days: number;
  readonly nowMs: number;
  /** Whether a run of the session has not settled: such a session stays. */
  readonly isBusy: (candidate: RetentionCandidate) => Promise<boolean>;
}

export interface RetentionReport extends RetentionCounts {
  /** Old enough, and still in use. */
  readonly kept: readonly string[];
}

const dayMs = 86_400_000;
const nothing: RetentionCounts = { sessions: 0, events: 0, deltas: 0, records: 0, approvals: 0 };

/** Deletes what is older than it may be and no longer in use. Doing it again deletes nothing more. */
export async function applyRetention(
  store: RetentionStore,
  { days, nowMs, isBusy }: RetentionRules,
): Promise<RetentionReport> {
  if (!(days > 0)) throw new RangeError(`sessions are kept for more than 0 days, not ${days}`);
  let deleted = nothing;
  const kept: string[] = [];
  for (const candidate of await store.candidates(nowMs - days * dayMs)) {
    const counts = (await isBusy(candidate)) ? undefined : await store.erase(candidate);
    if (counts === undefined) kept.push(candidate.sessionId);
    else deleted = sum(deleted, counts);
  }
  return { ...deleted, kept };
}

const sum = (left: RetentionCounts, right: RetentionCounts): RetentionCounts => ({
  sessions: left.sessions + right.sessions,
  events: left.events + right.events,
  deltas: left.deltas + right.deltas,
  records: left.records + right.records,
  approvals: left.approvals + right.approvals,
});
