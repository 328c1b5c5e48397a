import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool } from 'pg';
import type { Log } from '../../host/host.ts';
import { pause } from '../event-loop.ts';

// Who waits for a database that is away: a run, and nobody else. What a run's body throws would end it for good, while
// whoever asks over HTTP is told at once and can ask again. Both use the same stores, so it goes with who calls, as DBOS's
// own context does.

export interface Patience {
  /** Waits before the next try, each time for longer. Never resolves once this process has done with the database. */
  readonly wait: (waits: number, error: unknown) => Promise<void>;
  /** Says that a try has succeeded. */
  readonly back: () => void;
}

const firstPauseMs = 50;
const longestPauseMs = 2_000;

const patience = new AsyncLocalStorage<Patience>();

/** That of whoever asks; undefined for those who are told that the database is away. */
export const currentPatience = (): Patience | undefined => patience.getStore();

/** Lets what `work` asks of the database wait for it, for as long as it takes. */
export function patiently<Result>(of: Patience, work: () => Promise<Result>): Promise<Result> {
  return patience.run(of, work);
}

/** For the runs of one process; an outage is logged once, however many wait. */
export function patienceWith(pool: Pool, log: Log): Patience {
  let isAway = false;
  return {
    wait: async (waits, error) => {
      if (!isAway) log.warn('database-away', { error });
      isAway = true;
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** waits));
      // The run goes on in the next life, as if this one had been killed.
      if (pool.ending) await new Promise<never>(() => undefined);
    },
    back: () => {
      if (isAway) log.info('database-back');
      isAway = false;
    },
  };
}
