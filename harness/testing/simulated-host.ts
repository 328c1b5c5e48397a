import { createHash } from 'node:crypto';
import { type Host, type Log, silentLog } from '../host/host.ts';

interface Timer {
  readonly dueAt: number;
  readonly onDue: () => void;
}

/**
 * A host whose clock stands still but for its sleeps and whose dice follow a seed: the same in every run. A timer is due
 * when a sleep takes the clock past it.
 */
export function simulatedHost(options: {
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly seed: number;
  readonly log?: Log;
}): Host {
  let now = options.startsAt;
  let rolls = 0;
  const timers = new Set<Timer>();
  const ring = (): void => {
    const due = [...timers].filter(({ dueAt }) => dueAt <= now);
    for (const timer of due.toSorted((left, right) => left.dueAt - right.dueAt)) {
      if (timers.delete(timer)) timer.onDue();
    }
  };
  return {
    clock: {
      now: () => now,
      sleep: async (durationMs) => {
        now += durationMs;
        ring();
      },
      timer: (durationMs, onDue) => {
        const timer = { dueAt: now + durationMs, onDue };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    random: {
      hex: (byteCount) => {
        let hex = '';
        while (hex.length < byteCount * 2) {
          hex += createHash('sha256').update(`${options.seed}/${rolls}`).digest('hex');
          rolls += 1;
        }
        return hex.slice(0, byteCount * 2);
      },
    },
    log: options.log ?? silentLog,
  };
}
