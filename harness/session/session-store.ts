import type { Admission } from './admission.ts';
import type {
  EventDraft,
  Fact,
  Principal,
  SessionEvent,
  TextDelta,
  TurnReference,
} from './event.ts';
import type { LimitAnswer, LimitUse } from './limit-use.ts';
import type { RunSignals } from './run-control.ts';
import type { RunRequest } from './runner.ts';
import type { SteeringMessage, SteeringReader } from './steering.ts';

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
  /** Enters the run as the session's latest, creating the session with its first, or refuses it: O1 to O3. */
  readonly admitRun: (run: Pick<RunRequest, 'runId' | 'principal'>) => Promise<Admission>;
  /** Leaves a message for the run in progress. */
  readonly offerSteering: (message: SteeringMessage) => Promise<void>;
  /** As `RunControl.look`. */
  readonly look: (runId: string, reader: Omit<SteeringReader, 'sessionId'>) => Promise<RunSignals>;
  /** Counts uses of limited things, all or none of them, as `LimitStore.use` does; other users of the limits wait. */
  readonly useLimits: (uses: readonly LimitUse[]) => Promise<readonly LimitAnswer[]>;
  /** Runs `body`; if it throws, undoes what it wrote, and nothing else, and throws the same. */
  readonly undoIfThrown: <Result>(body: () => Promise<Result>) => Promise<Result>;
}

/** How far a viewer has come: the events it has seen and, of turns that have not ended by then, the text. */
export interface FeedCursor {
  /** `seq` of the last event seen, 0 before the first. */
  readonly after: number;
  /** Where it is in the text of each turn it has seen some of: the last piece seen. */
  readonly turns: readonly Omit<TextDelta, 'text'>[];
}

/** One look at a session, all of it as of one moment. */
export interface FeedPage {
  /** The events behind the cursor, in order; no more than were asked for. */
  readonly events: readonly SessionEvent[];
  /**
   * The pieces behind the cursor of the latest attempt at each turn that ends in this page (`endsTurn`) or, where the page
   * reaches the end of the log, goes on: by turn, in order. A piece of `startOfAttempt` says that the attempt has begun.
   */
  readonly pieces: readonly TextDelta[];
}

/** The facts that end a run, and with it a turn that never ended by itself: its text is not in progress any more. */
export const runEnds: readonly Fact['type'][] = [
  'run-completed',
  'run-failed',
  'run-cancelled',
  'run-steered',
];

/** Whether `event` ends the turn. */
export function endsTurn(
  event: SessionEvent,
  turn: { readonly runId: string; readonly step: string },
): boolean {
  return (
    event.runId === turn.runId && (event.step === turn.step || runEnds.includes(event.fact.type))
  );
}

/** Ordinal of the empty piece that stands for the beginning of an attempt, from before its first text. */
export const startOfAttempt = -1;

/** What is read of sessions. */
export interface SessionReader {
  /** Whose session it is; undefined when it is nobody's or not there. */
  readonly readOwner: (sessionId: string) => Promise<Principal | undefined>;
  /** Events with `seq` greater than `after` (0 for all), in order. */
  readonly readEvents: (sessionId: string, after: number) => Promise<readonly SessionEvent[]>;
  /** What a viewer sees next: at most `limit` events, and text. */
  readonly readPage: (sessionId: string, cursor: FeedCursor, limit: number) => Promise<FeedPage>;
  /** All text stored of a session, by run, step and ordinal. */
  readonly readDeltas: (sessionId: string) => Promise<readonly TextDelta[]>;
  readonly records: (sessionId: string) => RecordReader;
  /** Every record of the session, by collection and key. */
  readonly readRecords: (sessionId: string) => Promise<readonly SessionRecord[]>;
}

/**
 * Where sessions live. Two implementations: SQL and memory; `harness/storage/session-store.test.ts` is what both pass.
 *
 *   S1. `seq` counts from 1 within a session, without gaps. What was cleared is missing, and only before `session-cleared`.
 *   S2. An event whose key is stored already is not stored again; the first one stays.
 *   S3. Of a model turn's deltas only those of its latest attempt exist.
 *   S4. Runs of an epoch that was cleared away store nothing any more.
 *   S5. A reader of a tenant reads nothing of another's, whatever it asks for.
 */
export interface SessionStore extends SessionReader {
  /** Reads for principals of the tenant. In a database it is the database that holds it to that. */
  readonly asTenant: (tenant: string) => SessionReader;
  /** Makes a session that is not there the principal's. Returns whose it is, which may be another's. */
  readonly claim: (sessionId: string, principal: Principal) => Promise<Principal>;
  /** Stores drafts in order. Returns those that were new, as stored. */
  readonly appendEvents: (
    sessionId: string,
    drafts: readonly EventDraft[],
  ) => Promise<readonly SessionEvent[]>;
  /**
   * Calls `onChange` whenever something of the session may have been stored, by this process or another, until the
   * returned function is called. A hint: it may come late, twice, or for nothing; what was stored is in the log. Absent
   * where only `SessionFeed.publish` tells.
   */
  readonly watch?: (sessionId: string, onChange: () => void) => () => void;
  /** Starts an attempt at a model turn: drops what earlier attempts streamed, returns this attempt's number. */
  readonly beginAttempt: (turn: TurnReference) => Promise<number>;
  /** Stores one delta. Deltas of an attempt that was superseded are dropped. */
  readonly appendDelta: (delta: TextDelta) => Promise<void>;
}
