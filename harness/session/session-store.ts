import type { EventDraft, SessionEvent, TextDelta, TurnReference } from './event.ts';

/** A document that a transactional tool keeps in the session, in the harness's own database. */
export interface SessionRecord {
  readonly collection: string;
  readonly key: string;
  readonly value: unknown;
}

/** Reading the session's records. */
export interface RecordReader {
  readonly get: (collection: string, key: string) => Promise<unknown>;
}

/** Writing them: only within the transaction that also saves the step. */
export interface RecordWriter extends RecordReader {
  readonly put: (record: SessionRecord) => Promise<void>;
}

/** What can be done in the one transaction that also saves a step: all of it happens once, or nothing of it. */
export interface SessionTransaction extends RecordWriter {
  /** Enters the run as the session's latest, creating the session with its first. */
  readonly admitRun: (runId: string) => Promise<Admission>;
  /** Runs `body`; if it throws, undoes what it wrote, and nothing else, and throws the same. */
  readonly undoIfThrown: <Result>(body: () => Promise<Result>) => Promise<Result>;
}

export interface Admission {
  /** Counts the session's runs from 1. */
  readonly runOrdinal: number;
  /** The run admitted just before this one; it must settle first. */
  readonly previousRunId: string | null;
}

/**
 * Where sessions live. Two implementations: SQL and memory; `#harness/testing` holds the suite that both pass.
 *
 *   S1. `seq` counts from 1 within a session, without gaps.
 *   S2. An event whose key is stored already is not stored again; the first one stays.
 *   S3. Of a model turn's deltas only those of its latest attempt exist.
 */
export interface SessionStore {
  /** Stores drafts in order. Returns those that were new, as stored. */
  readonly appendEvents: (
    sessionId: string,
    drafts: readonly EventDraft[],
  ) => Promise<readonly SessionEvent[]>;
  /** Events with `seq` greater than `after` (0 for all), in order. */
  readonly readEvents: (sessionId: string, after: number) => Promise<readonly SessionEvent[]>;
  /** Starts an attempt at a model turn: drops what earlier attempts streamed, returns this attempt's number. */
  readonly beginAttempt: (turn: TurnReference) => Promise<number>;
  /** Stores one delta. Deltas of an attempt that was superseded are dropped. */
  readonly appendDelta: (delta: TextDelta) => Promise<void>;
  /** All stored deltas of a session, by run, step and ordinal. */
  readonly readDeltas: (sessionId: string) => Promise<readonly TextDelta[]>;
  readonly records: (sessionId: string) => RecordReader;
  /** Every record of the session, by collection and key. */
  readonly readRecords: (sessionId: string) => Promise<readonly SessionRecord[]>;
}
