import {
  bigint,
  boolean,
  integer,
  jsonb,
  pgPolicy,
  pgRole,
  pgSchema,
  primaryKey,
  sql,
  text,
  timestamp,
  unique,
} from './drizzle.ts';

export const groundhog = pgSchema('groundhog');

/** Reads for a principal: what its tenant owns, and nothing when no tenant has been named. Migrations create it. */
const tenantRole = pgRole('groundhog_tenant').existing();
/** As `tenantRole`, for sub-agents that investigate. A role of its own, so that it can be given less, never more. */
const investigatorRole = pgRole('groundhog_investigator').existing();

/**
 * Both roles read the rows of the tenant named for the transaction; the tables' owner, the runtime, is not bound by this.
 * A setting that was made for an earlier transaction is '' afterwards, and '' is the tenant of rows that are nobody's yet.
 */
const ofOneTenant = pgPolicy('of_one_tenant', {
  for: 'select',
  to: [tenantRole, investigatorRole],
  using: sql`tenant = nullif(current_setting('groundhog.tenant', true), '')`,
});

/** Whose rows these are; '' until a principal has been admitted. */
const ownedBy = text('tenant').notNull().default('');

/** One row a session: the counters that its rows are ordered by. Locking it is what makes them contiguous. */
export const sessions = groundhog.table(
  'sessions',
  {
    sessionId: text('session_id').primaryKey(),
    tenant: ownedBy,
    /** Principal of the first message admitted: with `tenant` the owner, for good. */
    ownerId: text('owner_id'),
    ownerRole: text('owner_role'),
    /** `seq` of the newest event. */
    eventCount: bigint('event_count', { mode: 'number' }).notNull().default(0),
    runCount: integer('run_count').notNull().default(0),
    latestRunId: text('latest_run_id'),
    /** What the session's state was last migrated to; a process that does not know of versions writes 1. */
    stateVersion: integer('state_version').notNull().default(1),
    /** Counts from 1; clearing the session raises it. */
    epoch: integer('epoch').notNull().default(1),
    /** `seq` of the last event that has been cleared away. */
    clearedSeq: bigint('cleared_seq', { mode: 'number' }).notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    /** When the last message was admitted. */
    activeAt: timestamp('active_at', { withTimezone: true }).notNull().defaultNow(),
    /** Since when the session takes no more messages. */
    endedAt: timestamp('ended_at', { withTimezone: true }),
  },
  () => [ofOneTenant],
);

/** The event log: facts, append-only. */
export const events = groundhog.table(
  'events',
  {
    tenant: ownedBy,
    sessionId: text('session_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    runId: text('run_id').notNull(),
    step: text('step').notNull(),
    ordinal: integer('ordinal').notNull(),
    fact: jsonb('fact').notNull(),
    storedAt: timestamp('stored_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    ofOneTenant,
    primaryKey({ columns: [table.sessionId, table.seq] }),
    unique('events_key').on(table.sessionId, table.runId, table.step, table.ordinal),
  ],
);

/** What model turns streamed, the latest attempt of each. */
export const textDeltas = groundhog.table(
  'text_deltas',
  {
    tenant: ownedBy,
    sessionId: text('session_id').notNull(),
    runId: text('run_id').notNull(),
    step: text('step').notNull(),
    attempt: integer('attempt').notNull(),
    ordinal: integer('ordinal').notNull(),
    text: text('text').notNull(),
  },
  (table) => [
    ofOneTenant,
    primaryKey({
      columns: [table.sessionId, table.runId, table.step, table.attempt, table.ordinal],
    }),
  ],
);

/** Documents that transactional tools keep. */
export const records = groundhog.table(
  'records',
  {
    tenant: ownedBy,
    sessionId: text('session_id').notNull(),
    collection: text('collection').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').notNull(),
  },
  (table) => [ofOneTenant, primaryKey({ columns: [table.sessionId, table.collection, table.key] })],
);

/**
 * What a person has to decide before a tool may act: bound to one call, its arguments and the state they were judged in,
 * and good for one use.
 */
export const approvals = groundhog.table(
  'approvals',
  {
    /** The call's idempotency key: a step that runs twice asks once. */
    approvalId: text('approval_id').primaryKey(),
    tenant: text('tenant').notNull(),
    sessionId: text('session_id').notNull(),
    runId: text('run_id').notNull(),
    callId: text('call_id').notNull(),
    tool: text('tool').notNull(),
    arguments: jsonb('arguments').notNull(),
    /** Fingerprint of tool and arguments, or of what a tool says its question is about instead of all of them. */
    argumentsHash: text('arguments_hash').notNull(),
    /** What the tool said of the world when it asked; compared again before it acts. */
    stateVersion: text('state_version').notNull(),
    requestedBy: text('requested_by').notNull(),
    /** Roles of which the decider must have one. */
    roles: text('roles').array().notNull(),
    reason: text('reason').notNull(),
    status: text('status', {
      enum: ['pending', 'approved', 'rejected', 'expired', 'cancelled', 'consumed'],
    }).notNull(),
    decidedBy: text('decided_by'),
    decisionReason: text('decision_reason'),
    /** What is done instead of `arguments`, if the decider changed them. */
    editedArguments: jsonb('edited_arguments'),
    requestedAt: timestamp('requested_at', { withTimezone: true }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    decidedAt: timestamp('decided_at', { withTimezone: true }),
  },
  () => [ofOneTenant],
);

/** The conversation so far, told shorter: what stands for the events up to `uptoSeq` in what a model is shown. */
export const summaries = groundhog.table(
  'summaries',
  {
    tenant: text('tenant').notNull(),
    sessionId: text('session_id').notNull(),
    epoch: integer('epoch').notNull(),
    /** Counts from 1 within the epoch. */
    version: integer('version').notNull(),
    /** The step that made it: one that runs twice makes it once. */
    runId: text('run_id').notNull(),
    step: text('step').notNull(),
    /** `seq` of the last event that it stands for. */
    uptoSeq: bigint('upto_seq', { mode: 'number' }).notNull(),
    text: text('text').notNull(),
    /** What is kept to the letter beside the text: commitments, messages still to be answered, results left out. */
    commitments: jsonb('commitments').notNull(),
    tokensBefore: integer('tokens_before').notNull(),
    tokensAfter: integer('tokens_after').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    ofOneTenant,
    primaryKey({ columns: [table.sessionId, table.epoch, table.version] }),
    unique('summaries_step').on(table.sessionId, table.runId, table.step),
  ],
);

/** What a run's sub-agents found, one row each. */
export const findings = groundhog.table(
  'findings',
  {
    tenant: text('tenant').notNull(),
    sessionId: text('session_id').notNull(),
    runId: text('run_id').notNull(),
    subAgent: text('sub_agent').notNull(),
    finding: jsonb('finding').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [ofOneTenant, primaryKey({ columns: [table.sessionId, table.runId, table.subAgent] })],
);

/** Every decision about who may do what: append-only, each row's hash covers the one before it. */
export const audit = groundhog.table(
  'audit',
  {
    tenant: text('tenant').notNull(),
    /** Counts from 1 within the tenant, without gaps. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** The decision's place, so that a step that runs twice is audited once. */
    key: text('key').notNull(),
    recordedAt: timestamp('recorded_at', { withTimezone: true }).notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    isAllowed: boolean('is_allowed').notNull(),
    reason: text('reason').notNull(),
    detail: jsonb('detail').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    ofOneTenant,
    primaryKey({ columns: [table.tenant, table.seq] }),
    unique('audit_key').on(table.tenant, table.key),
  ],
);

/** One row a use of a limited thing in a window: counting rows, a use that is told twice counts once. */
export const limitUses = groundhog.table(
  'limit_uses',
  {
    /** What is limited, and for whom. */
    limit: text('limit').notNull(),
    /** Start of the window. */
    windowStart: timestamp('window_start', { withTimezone: true }).notNull(),
    /** Names the use. */
    key: text('key').notNull(),
    amount: integer('amount').notNull(),
  },
  (table) => [primaryKey({ columns: [table.limit, table.windowStart, table.key] })],
);

/** Who may knock: keys are kept as hashes only. */
export const apiKeys = groundhog.table('api_keys', {
  keyId: text('key_id').primaryKey(),
  /** SHA-256 of the whole key. */
  hash: text('hash').notNull().unique(),
  /** Whose it is: a person's, or a service's, which decides nothing. */
  kind: text('kind', { enum: ['person', 'service'] })
    .notNull()
    .default('person'),
  tenant: text('tenant').notNull(),
  principalId: text('principal_id').notNull(),
  role: text('role').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  revokedAt: timestamp('revoked_at', { withTimezone: true }),
});
