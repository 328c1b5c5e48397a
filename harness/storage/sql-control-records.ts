import type { SessionRecord } from '../session/session-store.ts';
import { sql } from './drizzle.ts';
import { records } from './schema.ts';

// What the runtime notes about a session's runs is kept as records, under collections that no tool has.

/** Runs that were asked to end, by id. */
export const cancellations = 'groundhog.cancellations';
/** Effects that have begun, by key. */
export const effects = 'groundhog.effects';
/** Runs of an epoch that is over, by id. */
export const clearedRuns = 'groundhog.cleared-runs';
/** Sessions that were deleted, until all of it is done. */
export const erasures = 'groundhog.erased';

/** What outlives a clear: none of it says what anybody said. */
export const keptRecords: readonly string[] = [cancellations, effects, clearedRuns, erasures];

/** Whether the run was asked to end. */
export function isCancelled(sessionId: string, runId: string): ReturnType<typeof sql> {
  return sql`exists (
    select from ${records} asked
    where asked.session_id = ${sessionId} and asked.collection = ${cancellations} and asked.key = ${runId}
  )`;
}

/** Whether the run is of an epoch that is over. */
export function isCleared(
  sessionId: string,
  runId: string | ReturnType<typeof sql>,
): ReturnType<typeof sql> {
  return sql`exists (
    select from ${records} over
    where over.session_id = ${sessionId} and over.collection = ${clearedRuns} and over.key = ${runId}
  )`;
}

/** Ids of those runs, among a session's records. */
export const clearedRunsOf = (kept: readonly SessionRecord[]): readonly string[] =>
  kept.filter(({ collection }) => collection === clearedRuns).map(({ key }) => key);
