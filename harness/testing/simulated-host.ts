import { createHash } from 'node:crypto';
import { type Host, type Log, silentLog } from '../host/host.ts';

/** A host whose clock stands still but for its sleeps and whose dice follow a seed: the same in every run. */
export function simulatedHost(options: {
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly seed: number;
  readonly log?: Log;
}): Host {
  let now = options.startsAt;
  let rolls = 0;
  return {
    clock: {
      now: () => now,
      sleep: async (durationMs) => {
        now += durationMs;
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
