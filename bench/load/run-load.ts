import {
  createHarness,
  durableBacking,
  type Harness,
  type StepObserver,
  verifyAudit,
} from '#harness';
import { scriptedModel } from '#harness/testing';
import { scenarioNamed, startWorldServer } from '#scenarios';
import { openBackend } from '../cases/open-backend.ts';
import { type Percentiles, percentilesOf } from '../measure/percentiles.ts';
import { violationsInLog, violationsInWorld } from './check-crowd.ts';
import { type Crowd, gatherCrowd } from './crowd.ts';

export interface LoadOptions {
  /** Sessions that are all under way at once. */
  readonly sessions: number;
  /** PostgreSQL to use, in a scratch database; without it one is started from the binaries found. */
  readonly databaseUrl?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface LoadResult {
  readonly scenario: string;
  readonly sessions: number;
  /** Sessions that were answered. */
  readonly succeeded: number;
  /** What does not hold afterwards, in sentences. */
  readonly violations: readonly string[];
  /** From a step's beginning to its saved result, waiting for its turn included, milliseconds. */
  readonly stepMs: Percentiles;
  /** From a message to the first text that a viewer is shown, milliseconds. */
  readonly firstDeltaMs: Percentiles;
  readonly durationMs: number;
}

const scenarioId = 'R-01';
/** How many sessions are said to have ended in one line of progress. */
const milestone = 100;

/** Has a crowd of customers, each with a duplicate charge, write to one harness on PostgreSQL at once. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { sessions, signal = new AbortController().signal } = options;
  const { databaseUrl } = options;
  await using place = await openBackend('postgres', {
    // A crowd is about turns and locks; of what a disk adds, the bench tells.
    isDurable: false,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  const { database } = place;
  await using worldServer = await startWorldServer();
  const scenario = scenarioNamed(scenarioId);
  const crowd = gatherCrowd(scenario, sessions);
  const world = worldServer.createWorld(crowd.world);
  const watch = watchSteps();
  await using harness = await createHarness({
    ...scenario.subject.assemble({ worldUrl: world.url }),
    model: scriptedModel(scenario.playbooks.gold),
    observer: watch.observer,
    backing: await durableBacking({
      database,
      identity: { application: 'groundhog-load', version: 'load', executorId: 'load' },
    }),
  });
  const startedAt = performance.now();
  const { outcomes, firstDeltaMs } = await visit(harness, crowd, { ...options, signal });
  const durationMs = performance.now() - startedAt;
  return {
    scenario: scenarioId,
    sessions,
    succeeded: outcomes.filter((kind) => kind === 'answered').length,
    violations: [
      ...violationsInWorld(world.snapshot(), crowd),
      ...(await brokenLogs(harness, crowd)),
      ...(await brokenTrails(harness)),
      ...(await harness.pendingRuns()).map((runId) => `${runId} is still pending`),
    ],
    stepMs: percentilesOf(watch.durations()),
    firstDeltaMs: percentilesOf(firstDeltaMs),
    durationMs: Math.round(durationMs),
  };
}

async function visit(
  harness: Harness,
  { visitors }: Crowd,
  { progress = () => undefined, signal }: LoadOptions & { readonly signal: AbortSignal },
): Promise<{ readonly outcomes: readonly string[]; readonly firstDeltaMs: readonly number[] }> {
  const { principal, messages } = scenarioNamed(scenarioId);
  const text = messages.map((message) => message.text).join('\n');
  const firstDeltaMs: number[] = [];
  let ended = 0;
  const outcomes = await Promise.all(
    visitors.map(async ({ sessionId, customerId }) => {
      const gone = new AbortController();
      const sentAt = performance.now();
      const watching = firstTextAt(harness, sessionId, AbortSignal.any([signal, gone.signal]));
      await harness.send({
        sessionId,
        messageId: `${sessionId}/1`,
        text,
        principal: { ...principal, id: customerId },
      });
      const { kind } = await harness.outcome(`${sessionId}/1`);
      gone.abort();
      const seenAt = await watching;
      if (seenAt !== undefined) firstDeltaMs.push(seenAt - sentAt);
      ended += 1;
      if (ended % milestone === 0) progress(`${ended} of ${visitors.length} sessions`);
      return kind;
    }),
  );
  return { outcomes, firstDeltaMs };
}

/** When the session's first text was shown, by `performance.now`; undefined if it ended without any. */
async function firstTextAt(
  harness: Harness,
  sessionId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const item of harness.subscribe(sessionId, { after: 0, signal })) {
    if (item.kind === 'text-delta') return performance.now();
  }
  return undefined;
}

/** Every log is one history: numbered without gaps, every call with its result, from the message to one end. */
async function brokenLogs(harness: Harness, { visitors }: Crowd): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { sessionId } of visitors) {
    broken.push(...violationsInLog(sessionId, await harness.events(sessionId)));
  }
  return broken;
}

/** However many wrote to it at once, a tenant's audit trail is one chain. */
async function brokenTrails({ audit }: Harness): Promise<readonly string[]> {
  const tenants = await audit.tenants();
  const broken = await Promise.all(
    tenants.map(async (tenant) => {
      const verdict = verifyAudit(await audit.read(tenant, 0));
      return verdict.ok
        ? []
        : [`the audit trail of ${tenant} is broken at ${verdict.seq}: ${verdict.what}`];
    }),
  );
  return tenants.length === 0 ? ['nothing was told to the audit'] : broken.flat();
}

function watchSteps(): {
  readonly observer: StepObserver;
  readonly durations: () => readonly number[];
} {
  const begun = new Map<string, number>();
  const durations: number[] = [];
  return {
    durations: () => durations,
    observer: {
      before: (runId, step) => {
        begun.set(JSON.stringify([runId, step]), performance.now());
      },
      inside: () => undefined,
      after: (runId, step) => {
        const startedAt = begun.get(JSON.stringify([runId, step]));
        if (startedAt !== undefined) durations.push(performance.now() - startedAt);
        begun.delete(JSON.stringify([runId, step]));
      },
    },
  };
}
