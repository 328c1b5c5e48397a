import { fingerprint } from '../host/fingerprint.ts';
import type { LimitStore } from '../safety/limits.ts';
import type { EventDraft, SessionEvent, TextDelta } from '../session/event.ts';
import {
  endsTurn,
  type FeedCursor,
  type FeedPage,
  type SessionRecord,
  type SessionStore,
  type SessionTransaction,
  startOfAttempt,
} from '../session/session-store.ts';
import type { SteeringMessage, SteeringReader } from '../session/steering.ts';
import { memoryLimitStore } from './memory-limit-store.ts';

interface MemorySession {
  readonly events: SessionEvent[];
  readonly keys: Set<string>;
  readonly deltas: TextDelta[];
  readonly records: Map<string, SessionRecord>;
  /** Runs of an epoch that is over. */
  readonly cleared: Set<string>;
  eventCount: number;
  epoch: number;
  runs: string[];
  steering: SteeringMessage[];
}

/** The session store in memory: keeps S1 to S3, dies with the process. */
export interface MemoryStore extends SessionStore {
  /** Runs `body` and keeps what it wrote only if it returns. */
  readonly transact: <Result>(
    sessionId: string,
    body: (transaction: SessionTransaction) => Promise<Result>,
  ) => Promise<Result>;
  /** As `ClearStore.clear`, for what is in the session. */
  readonly clear: (
    sessionId: string,
    order: { readonly by: string; readonly settledRuns: readonly string[] },
  ) => number | 'missing' | 'busy';
  readonly unreadSteering: (reader: SteeringReader) => readonly SteeringMessage[];
}

export function memoryStore(
  now: () => number,
  limits: Pick<LimitStore, 'use'> = memoryLimitStore(),
): MemoryStore {
  const sessions = new Map<string, MemorySession>();
  const session = (id: string): MemorySession => {
    const found = sessions.get(id) ?? emptySession();
    sessions.set(id, found);
    return found;
  };
  return {
    appendEvents: async (sessionId, drafts) => {
      const into = session(sessionId);
      const fresh = drafts.filter(
        (draft) => !into.keys.has(keyOf(draft)) && !into.cleared.has(draft.runId),
      );
      const stored = fresh.map((draft, index) => ({
        ...draft,
        fact: copy(draft.fact),
        sessionId,
        seq: into.eventCount + index + 1,
        storedAt: now(),
      }));
      for (const event of stored) into.keys.add(keyOf(event));
      into.events.push(...stored);
      into.eventCount += stored.length;
      return stored;
    },
    readEvents: async (sessionId, after) =>
      session(sessionId).events.filter(({ seq }) => seq > after),
    readPage: async (sessionId, cursor, limit) => pageOf(session(sessionId), cursor, limit),
    beginAttempt: async (turn) => {
      const { deltas, cleared } = session(turn.sessionId);
      if (cleared.has(turn.runId)) return 1;
      const earlier = deltas.filter((delta) => sameTurn(delta, turn));
      for (const delta of earlier) deltas.splice(deltas.indexOf(delta), 1);
      const attempt = Math.max(0, ...earlier.map((delta) => delta.attempt)) + 1;
      deltas.push({ ...turn, attempt, ordinal: startOfAttempt, text: '' });
      return attempt;
    },
    appendDelta: async (delta) => {
      const { deltas, cleared } = session(delta.sessionId);
      if (cleared.has(delta.runId)) return;
      const latest = deltas.findLast((each) => sameTurn(each, delta));
      if (latest === undefined || latest.attempt <= delta.attempt) deltas.push(delta);
    },
    readDeltas: async (sessionId) =>
      session(sessionId).deltas.filter(({ ordinal }) => ordinal !== startOfAttempt),
    records: (sessionId) => ({
      get: async (collection, key) =>
        copy(session(sessionId).records.get(recordKey({ collection, key }))?.value),
    }),
    readRecords: async (sessionId) => {
      const { records } = session(sessionId);
      return [...records.keys()].toSorted().flatMap((key) => records.get(key) ?? []);
    },
    transact: (sessionId, body) => transact(session(sessionId), limits, body),
    clear: (sessionId, order) => {
      const found = sessions.get(sessionId);
      return found === undefined
        ? 'missing'
        : clear(found, { ...order, sessionId, storedAt: now() });
    },
    unreadSteering: (reader) => unreadIn(session(reader.sessionId).steering, reader),
  };
}

function pageOf({ events, deltas }: MemorySession, cursor: FeedCursor, limit: number): FeedPage {
  const page = events.filter(({ seq }) => seq > cursor.after).slice(0, limit);
  const reach = page.length < limit ? Number.POSITIVE_INFINITY : (page.at(-1)?.seq ?? cursor.after);
  const isDue = (delta: TextDelta): boolean => {
    const end = events.find((event) => endsTurn(event, delta))?.seq ?? Number.MAX_SAFE_INTEGER;
    const latest = deltas.findLast((each) => sameTurn(each, delta));
    const seen = cursor.turns.find((turn) => sameTurn(turn, delta));
    return (
      end > cursor.after &&
      end <= reach &&
      delta.attempt === latest?.attempt &&
      (seen?.attempt !== delta.attempt || seen.ordinal < delta.ordinal)
    );
  };
  return { events: page, pieces: deltas.filter(isDue) };
}

async function transact<Result>(
  session: MemorySession,
  limits: Pick<LimitStore, 'use'>,
  body: (transaction: SessionTransaction) => Promise<Result>,
): Promise<Result> {
  let written = new Map(session.records);
  let runs = [...session.runs];
  let steering = [...session.steering];
  const result = await body({
    admitRun: async (runId) => {
      runs.push(runId);
      return { runOrdinal: runs.length, previousRunId: runs.at(-2) ?? null };
    },
    offerSteering: async (message) => {
      steering.push(message);
    },
    unreadSteering: async (reader) => unreadIn(steering, reader),
    useLimits: limits.use,
    undoIfThrown: async (nested) => {
      const before = {
        written: new Map(written),
        runs: [...runs],
        steering: [...steering],
      };
      try {
        return await nested();
      } catch (error) {
        ({ written, runs, steering } = before);
        throw error;
      }
    },
    get: async (collection, key) => copy(written.get(recordKey({ collection, key }))?.value),
    put: async (record) => {
      written.set(recordKey(record), copy(record));
    },
  });
  for (const [key, record] of written) session.records.set(key, record);
  session.runs = runs;
  session.steering = steering;
  return result;
}

function clear(
  session: MemorySession,
  order: {
    readonly sessionId: string;
    readonly by: string;
    readonly settledRuns: readonly string[];
    readonly storedAt: number;
  },
): number | 'busy' {
  const { sessionId, by, settledRuns, storedAt } = order;
  const latest = session.runs.at(-1);
  if (latest !== undefined && !settledRuns.includes(latest)) return 'busy';
  for (const runId of settledRuns) session.cleared.add(runId);
  session.deltas.length = 0;
  session.records.clear();
  session.epoch += 1;
  session.eventCount += 1;
  const { epoch, eventCount: seq } = session;
  const place = { sessionId, seq, runId: `clear#${epoch}`, step: 'clear', ordinal: 0, storedAt };
  session.events.splice(0, session.events.length, {
    ...place,
    fact: { type: 'session-cleared', epoch, by },
  });
  return epoch;
}

const emptySession = (): MemorySession => ({
  events: [],
  keys: new Set(),
  deltas: [],
  records: new Map(),
  cleared: new Set(),
  eventCount: 0,
  epoch: 1,
  runs: [],
  steering: [],
});

function unreadIn(
  steering: readonly SteeringMessage[],
  { principal, after }: Omit<SteeringReader, 'sessionId'>,
): readonly SteeringMessage[] {
  return steering.filter(
    (message) =>
      message.runOrdinal > after && fingerprint(message.principal) === fingerprint(principal),
  );
}

const keyOf = ({ runId, step, ordinal }: EventDraft): string =>
  JSON.stringify([runId, step, ordinal]);

const recordKey = ({ collection, key }: Pick<SessionRecord, 'collection' | 'key'>): string =>
  JSON.stringify([collection, key]);

const sameTurn = (
  left: { readonly runId: string; readonly step: string },
  right: { readonly runId: string; readonly step: string },
): boolean => left.runId === right.runId && left.step === right.step;

/** What a database would give back: equal, and nobody else's. */
const copy = <Value>(value: Value): Value => structuredClone(value);
