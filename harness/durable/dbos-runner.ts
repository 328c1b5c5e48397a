import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { registerInternalQueue } from '@dbos-inc/dbos-sdk/eventreceiver';
import { dbRetryConfig } from '@dbos-inc/dbos-sdk/internal/utils';
import { fingerprint } from '../host/fingerprint.ts';
import { HarnessError } from '../host/harness-error.ts';
import type { Host } from '../host/host.ts';
import { MessageIdTakenError } from '../session/message-id-taken-error.ts';
import type {
  RunBody,
  Runner,
  RunOutcome,
  RunRequest,
  StepObserver,
  StrandedRun,
} from '../session/runner.ts';
import type { RunAttributes } from '../session/saved-session.ts';
import type { Seats } from '../session/seats.ts';
import type { SessionTransaction } from '../session/session-store.ts';
import { type CheckpointClient, dbosSteps, type StartedRun } from './dbos-steps.ts';
import { attributesOf, sessionRuns } from './session-runs.ts';
import { takeOverRuns } from './take-over.ts';

// Runs over DBOS. Design boundary: this folder is all that knows DBOS.
//
//   R1. A run is the workflow named by the run's id; a second start finds the first.
//   R2. Executor, application and version are given, never derived: a restarted process is the same executor, so its
//       unfinished runs are recovered at launch and nobody else's are. While it runs, nobody else runs under its name.
//   R3. Runs of a process that is gone are taken over by those that are there; those of one that lives are never.
//   R4. DBOS is one per process; opening a second runner is refused rather than mixed up.

/** Who this process is to the database; the same after a restart, different for every process that runs beside it. */
export interface Identity {
  /** Name of the application; scopes runs in the database. */
  readonly application: string;
  /** Changes when unfinished runs of the old code must not be continued by the new. */
  readonly version: string;
  readonly executorId: string;
}

export interface DbosRunnerOptions {
  readonly identity: Identity;
  readonly pool: NonNullable<DBOSConfig['systemDatabasePool']>;
  readonly url: string;
  /** The session's side of the transaction that saves a step. */
  readonly transactionOf: (client: CheckpointClient, request: RunRequest) => SessionTransaction;
  readonly body: RunBody;
  readonly observer: StepObserver;
  readonly host: Pick<Host, 'clock' | 'log'>;
  readonly seats: Seats;
  /** What the runs started here carry. */
  readonly attributes?: RunAttributes;
  /** How often recovered runs are looked for, milliseconds. */
  readonly recoveryPollingMs?: number;
  /** How often runs of processes that are gone are looked for, milliseconds. */
  readonly takeOverEveryMs?: number;
}

/** Recovered runs wait at most this long for a worker; DBOS's own second would be most of a recovery's time. */
const defaultRecoveryPollingMs = 50;
/** A process is taken for gone at the second look. */
const defaultTakeOverEveryMs = 5_000;
/**
 * DBOS tries what its connection has lost again for as long as it takes, up to a minute apart; a database that is back would
 * have its runs wait for that minute.
 */
const retrySeconds = { initialBackoffSec: 0.1, maxBackoffSec: 2 };
/** How often the outcome of a run that goes on elsewhere is asked for. */
const outcomePollingMs = 20;

type RunnerBody = (request: RunRequest) => Promise<RunOutcome>;
let current: RunnerBody | undefined;

/** DBOS knows workflows by name from before launch; what the name does is decided by whoever holds the runner. */
const runWorkflow = DBOS.registerWorkflow(
  (request: RunRequest): Promise<RunOutcome> => {
    if (current === undefined) throw new RunnerNotOpenError();
    return current(request);
  },
  { name: 'run' },
);

/**
 * Launches DBOS: this executor's unfinished runs go on at once. Throws RunnerAlreadyOpenError if one is open in this process,
 * SeatTakenError if one is in another under the same name.
 */
export async function openDbosRunner(options: DbosRunnerOptions): Promise<Runner> {
  const { identity, body, observer, transactionOf, host, attributes } = options;
  if (current !== undefined) throw new RunnerAlreadyOpenError();
  let isClosed = false;
  const begun = new Set<string>();
  let recovered = 0;
  const announce = ({ runId, sessionId, delegation }: RunRequest): void => {
    // What works for another run is a part of it.
    if (begun.has(runId) || delegation !== undefined) return;
    begun.add(runId);
    recovered += 1;
    host.log.info('run-recovered', { sessionId, runId, executorId: identity.executorId });
  };
  current = (request) => {
    announce(request);
    return body(
      request,
      dbosSteps(request.runId, {
        observer,
        isClosed: () => isClosed,
        transactionOf: (client) => transactionOf(client, request),
        startRun: (sub) => startRun(sub, attributes),
      }),
    );
  };
  const leave = await enter(options).catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return {
    start: async (request) => {
      begun.add(request.runId);
      await start(request, attributes);
    },
    recoveredRuns: () => recovered,
    outcome: (runId) =>
      DBOS.retrieveWorkflow<RunOutcome>(runId).getResult({ pollingIntervalMs: outcomePollingMs }),
    runsOf: (sessionId) => sessionRuns(sessionId, (input) => DBOS.listWorkflows(input)),
    isKnown: async (runId) => (await DBOS.getWorkflowStatus(runId)) !== null,
    pendingRuns: () => pendingRuns(identity),
    strandedRuns: () => strandedRuns(identity),
    savedSteps: async (runId) =>
      ((await DBOS.listWorkflowSteps(runId)) ?? [])
        // That a sub-agent's run was started is noted here too, and is no step of this one.
        .filter(({ childWorkflowID }) => childWorkflowID === null)
        .map((step) => step.name)
        .filter((name) => !name.startsWith('DBOS.')),
    close: async () => {
      isClosed = true;
      await leave();
      current = undefined;
    },
  };
}

/** From here on this process is at work under its name, and at what others have left. Returns what ends it. */
async function enter(options: DbosRunnerOptions): Promise<() => Promise<void>> {
  const { identity, seats, host, takeOverEveryMs: everyMs = defaultTakeOverEveryMs } = options;
  // Whoever has the name is at work on the runs that launching would take up.
  const seat = await seats.take(identity.executorId);
  try {
    await launch(options);
  } catch (error) {
    await seat.leave();
    throw error;
  }
  const endTakingOver = takeOverRuns({ identity, seats, ...host, everyMs });
  return async () => {
    await endTakingOver();
    await DBOS.shutdown();
    await seat.leave();
  };
}

async function launch(options: DbosRunnerOptions): Promise<void> {
  const { identity, pool, url, host, recoveryPollingMs = defaultRecoveryPollingMs } = options;
  const queue = registerInternalQueue('_dbos_internal_queue', {
    minPollingIntervalMs: recoveryPollingMs,
  });
  queue.minPollingIntervalMs = recoveryPollingMs;
  Object.assign(dbRetryConfig, retrySeconds);
  DBOS.setConfig({
    name: identity.application,
    applicationVersion: identity.version,
    executorID: identity.executorId,
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    // Nothing here waits for a notification yet, and launch would spend 100 ms on proving that they arrive.
    useListenNotify: false,
    logger: dbosLogger(host),
  });
  await DBOS.launch();
}

/** Starts a run from within another. */
async function startRun(
  request: RunRequest,
  carried: RunAttributes | undefined,
): Promise<StartedRun> {
  const handle = await DBOS.startWorkflow(runWorkflow, {
    workflowID: request.runId,
    workflowAttributes: attributesOf(request.sessionId, carried),
  })(request);
  return { outcome: () => handle.getResult({ pollingIntervalMs: outcomePollingMs }) };
}

async function start(request: RunRequest, carried: RunAttributes | undefined): Promise<void> {
  const { runId } = request;
  const handle = await DBOS.startWorkflow(runWorkflow, {
    workflowID: runId,
    workflowAttributes: attributesOf(request.sessionId, carried),
  })(request);
  const status = await handle.getStatus();
  const [started] = status?.input ?? [];
  if (started !== undefined && fingerprint(started) !== fingerprint(request)) {
    throw new MessageIdTakenError(runId);
  }
}

async function pendingRuns({ application, executorId }: Identity): Promise<readonly string[]> {
  const workflows = await DBOS.listWorkflows({
    status: ['PENDING', 'ENQUEUED'],
    applicationName: application,
    executorId,
    loadInput: false,
    loadOutput: false,
  });
  return workflows.map((workflow) => workflow.workflowID);
}

/** DBOS recovers only what carries its own version: what an older one left stays where it is, and says nothing. */
async function strandedRuns({ application, version }: Identity): Promise<readonly StrandedRun[]> {
  const workflows = await DBOS.listWorkflows({
    status: ['PENDING', 'ENQUEUED'],
    applicationName: application,
    loadInput: false,
    loadOutput: false,
  });
  return workflows.flatMap(({ workflowID, applicationVersion = '', executorId = '' }) =>
    applicationVersion === version
      ? []
      : [{ runId: workflowID, version: applicationVersion, executorId }],
  );
}

type DbosLogger = NonNullable<DBOSConfig['logger']>;

/** How long DBOS may say nothing more of one kind: while the database is away each of its loops tells of every try. */
const quietMs = 10_000;

/** DBOS narrates its launch; only what it warns of is passed on, and a kind of warning once in a while. */
export function dbosLogger({ log, clock }: Pick<Host, 'clock' | 'log'>): DbosLogger {
  const saidAt = new Map<string, number>();
  const warn = (entry: unknown): void => {
    const [kind = ''] = String(entry).split(':');
    const now = clock.now();
    if (now - (saidAt.get(kind) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    saidAt.set(kind, now);
    log.warn('dbos', { error: entry });
  };
  return { debug: () => undefined, info: () => undefined, warn, error: warn };
}

export class RunnerAlreadyOpenError extends HarnessError {
  constructor() {
    super({
      code: 'RUNNER_ALREADY_OPEN',
      message: 'This process already has a durable harness open, and DBOS is one per process.',
      hint: 'Close it first, or open the second one in a process of its own.',
    });
  }
}

export class RunnerNotOpenError extends HarnessError {
  constructor() {
    super({
      code: 'RUNNER_NOT_OPEN',
      message: 'A run was dispatched while no harness is open in this process.',
      hint: 'This is a bug: runs are dispatched only between openDbosRunner and close.',
    });
  }
}
