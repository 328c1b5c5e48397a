import { DBOS } from '@dbos-inc/dbos-sdk';
import { runWithAbortableDbRetries } from '@dbos-inc/dbos-sdk/internal/context';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import type { Host } from '../host/host.ts';
import type { Seats } from '../session/seats.ts';
import type { Identity } from './dbos-runner.ts';

export interface TakeOverOptions extends Pick<Host, 'clock' | 'log'> {
  readonly identity: Identity;
  readonly seats: Seats;
  /** Between two looks. */
  readonly everyMs: number;
}

/**
 * Looks from time to time for runs of processes that are gone, and has them recovered by whoever is there: DBOS by itself
 * leaves them to a process of the same name. Returns what ends it.
 */
export function takeOverRuns({
  identity,
  seats,
  clock,
  log,
  everyMs,
}: TakeOverOptions): () => Promise<void> {
  let missing: ReadonlySet<string> = new Set();
  const look = async (): Promise<void> => {
    const gone = new Set<string>();
    for (const executorId of await othersWithRuns(identity)) {
      const isGone = await seats.inPlaceOf(executorId, async () => {
        // One that lives may have lost its connection; by the next look it has another.
        if (!missing.has(executorId)) return;
        const runs = await recoverRunsOf(executorId);
        log.info('runs-taken-over', { executorId, runs, by: identity.executorId });
      });
      if (isGone) gone.add(executorId);
    }
    missing = gone;
  };
  const ending = new AbortController();
  const end = repeat(clock, everyMs, () =>
    // Whoever closes while the database is away does not wait for it: DBOS tries for as long as it takes.
    runWithAbortableDbRetries(ending.signal, look).catch((error: unknown) =>
      log.warn('take-over-failed', { error }),
    ),
  );
  return () => {
    ending.abort();
    return end();
  };
}

/** Executors of this application and version that are at work on something, or were. */
async function othersWithRuns({
  application,
  version,
  executorId: own,
}: Identity): Promise<readonly string[]> {
  const workflows = await DBOS.listWorkflows({
    status: 'PENDING',
    applicationName: application,
    applicationVersion: version,
    loadInput: false,
    loadOutput: false,
  });
  return [...new Set(workflows.map(({ executorId }) => executorId ?? own))].filter(
    (executorId) => executorId !== own,
  );
}

/**
 * Internal to DBOS: what its launch does for its own executor, in one conditional UPDATE. Its public resumption takes runs by
 * their ids, whoever has them by then, and forgets how often each was recovered.
 */
async function recoverRunsOf(executorId: string): Promise<number> {
  const recovered = await DBOSExecutor.globalInstance?.recoverPendingWorkflows([executorId]);
  return recovered?.length ?? 0;
}

function repeat(
  clock: Host['clock'],
  everyMs: number,
  act: () => Promise<void>,
): () => Promise<void> {
  let acting = Promise.resolve();
  let isOver = false;
  let cancel: (() => void) | undefined;
  const wait = (): void => {
    if (isOver) return;
    cancel = clock.timer(everyMs, () => {
      acting = act().then(wait);
    });
  };
  wait();
  return async () => {
    isOver = true;
    cancel?.();
    await acting;
  };
}
