import {
  bigint,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
} from './drizzle.ts';

export const groundhog = pgSchema('groundhog');

/** One row a session: the counters that its rows are ordered by. Locking it is what makes them contiguous. */
export const sessions = groundhog.table('sessions', {
  sessionId: text('session_id').primaryKey(),
  /** `seq` of the newest event. */
  eventCount: bigint('event_count', { mode: 'number' }).notNull().default(0),
  runCount: integer('run_count').notNull().default(0),
  latestRunId: text('latest_run_id'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** The event log: facts, append-only. */
export const events = groundhog.table(
  'events',
  {
    sessionId: text('session_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    runId: text('run_id').notNull(),
    step: text('step').notNull(),
    ordinal: integer('ordinal').notNull(),
    fact: jsonb('fact').notNull(),
    storedAt: timestamp('stored_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.seq] }),
    unique('events_key').on(table.sessionId, table.runId, table.step, table.ordinal),
  ],
);

/** What model turns streamed, the latest attempt of each. */
export const textDeltas = groundhog.table(
  'text_deltas',
  {
    sessionId: text('session_id').notNull(),
    runId: text('run_id').notNull(),
    step: text('step').notNull(),
    attempt: integer('attempt').notNull(),
    ordinal: integer('ordinal').notNull(),
    text: text('text').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.sessionId, table.runId, table.step, table.attempt, table.ordinal],
    }),
  ],
);

/** Documents that transactional tools keep. */
export const records = groundhog.table(
  'records',
  {
    sessionId: text('session_id').notNull(),
    collection: text('collection').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.collection, table.key] })],
);
