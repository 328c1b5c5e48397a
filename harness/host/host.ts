import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** The time of day. Read only inside a step, so that a recovered run sees the same time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `durationMs`. */
  readonly sleep: (durationMs: number) => Promise<void>;
  /** Calls `onDue` when `durationMs` have passed, unless the returned function was called before. */
  readonly timer: (durationMs: number, onDue: () => void) => () => void;
}

/** The dice. Rolled only inside a step. */
export interface Random {
  /** `byteCount` random bytes as lower-case hex. */
  readonly hex: (byteCount: number) => string;
}

/** Structured log: an event name and fields, never a sentence with values in it. */
export interface Log {
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** Everything nondeterministic that the harness may ask of the machine it runs on. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined };

/** The machine's own clock and dice. Logs nothing unless a log is given. */
export function systemHost(log: Log = silentLog): Host {
  return {
    clock: {
      now: () => Date.now(),
      sleep: async (durationMs) => {
        await delay(durationMs);
      },
      timer: (durationMs, onDue) => {
        const timer = setTimeout(onDue, durationMs);
        return () => clearTimeout(timer);
      },
    },
    random: { hex: (byteCount) => randomBytes(byteCount).toString('hex') },
    log,
  };
}
