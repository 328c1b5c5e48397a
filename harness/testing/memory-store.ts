import { fingerprint } from '../host/fingerprint.ts';
import type { LimitStore } from '../safety/limits.ts';
import { currentStateVersion, migrateState, objectionTo } from '../session/admission.ts';
import type { EventDraft, Principal, SessionEvent, TextDelta } from '../session/event.ts';
import {
  endsTurn,
  type FeedCursor,
  type FeedPage,
  type SessionReader,
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
  /** Runs that were asked to end. */
  readonly cancelled: Set<string>;
  eventCount: number;
  epoch: number;
  steering: SteeringMessage[];
  entry: SessionEntry;
  times: SessionTimes | undefined;
}

/** Milliseconds since the epoch. */
interface SessionTimes {
  readonly createdAt: number;
  /** When the last message was admitted. */
  readonly activeAt: number;
}

/** What admissions go by and change. */
interface SessionEntry {
  readonly runs: readonly string[];
  readonly owner: Principal | undefined;
  readonly stateVersion: number;
}

/** The session store in memory: keeps S1 to S5, dies with the process. */
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
  /** The session's runs that were asked to end. */
  readonly cancelled: (sessionId: string) => Set<string>;
  /** Undefined for a session that nobody has been admitted to. */
  readonly times: (sessionId: string) => SessionTimes | undefined;
  /** Somebody speaks in the session, if it is there. */
  readonly touch: (sessionId: string) => void;
  /** Makes the session's state what code of another version has written. */
  readonly setStateVersion: (sessionId: string, stateVersion: number) => void;
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
  const found = (id: string): MemorySession => sessions.get(id) ?? emptySession();
  return {
    ...memoryReader(found),
    asTenant: (tenant) =>
      memoryReader((id) => (found(id).entry.owner?.tenant === tenant ? found(id) : emptySession())),
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
    beginAttempt: async (turn) => {
      const { deltas, cleared } = session(turn.sessionId);
      if (cleared.has(turn.runId)) return 1;
      const earlier = deltas.filter((delta) => sameTurn(delta, turn));
      for (const delta of earlier) deltas.splice(deltas.indexOf(delta), 1);
      const attempt = Math.max(0, ...earlier.map((delta) => delta.attempt)) + 1;
      deltas.push({ ...turn, attempt, ordinal: startOfAttempt, text: '' });
      return attempt;
    },
    appendDelta: async (delta) => appendDelta(session(delta.sessionId), delta),
    claim: async (sessionId, principal) => {
      const claimed = session(sessionId);
      if (isNew(claimed)) claimed.entry = entryOf(principal);
      return claimed.entry.owner ?? principal;
    },
    setStateVersion: (sessionId, stateVersion) => {
      const written = session(sessionId);
      written.entry = { ...written.entry, stateVersion };
    },
    transact: (sessionId, body) => transact(session(sessionId), { sessionId, limits, now }, body),
    times: (sessionId) => found(sessionId).times,
    touch: (sessionId) => touch(found(sessionId), now()),
    cancelled: (sessionId) => session(sessionId).cancelled,
    unreadSteering: (reader) => unreadIn(session(reader.sessionId).steering, reader),
    clear: (sessionId, order) => {
      const cleared = sessions.get(sessionId);
      return cleared === undefined
        ? 'missing'
        : clear(cleared, { ...order, sessionId, storedAt: now() });
    },
  };
}

/** Of the latest attempt only, and each piece once. */
function appendDelta({ deltas, cleared }: MemorySession, delta: TextDelta): void {
  if (cleared.has(delta.runId)) return;
  const ofTurn = deltas.filter((each) => sameTurn(each, delta));
  const isOutdated = ofTurn.some(({ attempt }) => attempt > delta.attempt);
  const isStored = ofTurn.some(
    ({ attempt, ordinal }) => attempt === delta.attempt && ordinal === delta.ordinal,
  );
  if (!isOutdated && !isStored) deltas.push(delta);
}

function memoryReader(session: (id: string) => MemorySession): SessionReader {
  return {
    readOwner: async (sessionId) => session(sessionId).entry.owner,
    readEvents: async (sessionId, after) =>
      session(sessionId).events.filter(({ seq }) => seq > after),
    readPage: async (sessionId, cursor, limit) => pageOf(session(sessionId), cursor, limit),
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

function touch(session: MemorySession, activeAt: number): void {
  if (session.times !== undefined) session.times = { ...session.times, activeAt };
}

async function transact<Result>(
  session: MemorySession,
  {
    sessionId,
    limits,
    now,
  }: {
    readonly sessionId: string;
    readonly limits: Pick<LimitStore, 'use'>;
    readonly now: () => number;
  },
  body: (transaction: SessionTransaction) => Promise<Result>,
): Promise<Result> {
  let written = new Map(session.records);
  let entry = isNew(session) ? undefined : session.entry;
  let steering = [...session.steering];
  let { times } = session;
  const result = await body({
    admitRun: async ({ runId, principal }) => {
      const before = entry ?? entryOf(principal);
      const owner = before.owner ?? firstSpeaker(session);
      const { stateVersion } = before;
      const refused = objectionTo({ stateVersion, owner }, { sessionId, principal });
      if (refused !== undefined) return { refused };
      let heir = owner;
      const migrated = await migrateState(stateVersion, {
        owner: owner ?? principal,
        giveTo: async (given) => {
          heir = given;
        },
      });
      const runs = [...before.runs, runId];
      entry = { runs, owner: heir, stateVersion: currentStateVersion };
      const activeAt = now();
      times = { createdAt: times?.createdAt ?? activeAt, activeAt };
      return { runOrdinal: runs.length, previousRunId: runs.at(-2) ?? null, ...migrated };
    },
    offerSteering: async (message) => {
      steering.push(message);
    },
    look: async (runId, reader) => ({
      isCancelRequested: session.cancelled.has(runId),
      steering: unreadIn(steering, reader),
    }),
    useLimits: limits.use,
    undoIfThrown: async (nested) => {
      const before = { written: new Map(written), entry, steering: [...steering] };
      try {
        return await nested();
      } catch (error) {
        ({ written, entry, steering } = before);
        throw error;
      }
    },
    get: async (collection, key) => copy(written.get(recordKey({ collection, key }))?.value),
    put: async (record) => {
      written.set(recordKey(record), copy(record));
    },
  });
  for (const [key, record] of written) session.records.set(key, record);
  session.entry = entry ?? session.entry;
  session.steering = steering;
  session.times = times;
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
  const latest = session.entry.runs.at(-1);
  if (latest !== undefined && !settledRuns.includes(latest)) return 'busy';
  for (const runId of settledRuns) session.cleared.add(runId);
  session.deltas.length = 0;
  session.records.clear();
  session.steering = [];
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
  cancelled: new Set(),
  eventCount: 0,
  epoch: 1,
  steering: [],
  times: undefined,
  // As a database begins a row that nobody was admitted to.
  entry: { runs: [], owner: undefined, stateVersion: 1 },
});

const entryOf = (owner: Principal): SessionEntry => ({
  runs: [],
  owner,
  stateVersion: currentStateVersion,
});

/** Nobody has written or been admitted yet: there would be no row. */
const isNew = ({ events, entry }: MemorySession): boolean =>
  events.length === 0 && entry.runs.length === 0 && entry.owner === undefined;

const firstSpeaker = ({ events }: MemorySession): Principal | undefined =>
  events.flatMap(({ fact }) => (fact.type === 'message-received' ? [fact.principal] : []))[0];

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
