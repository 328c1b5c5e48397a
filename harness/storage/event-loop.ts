// oxlint-disable-next-line no-restricted-imports -- a connection's patience is not a run's clock: nothing a run may observe depends on it.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** Resolves when the event loop has served what was waiting for it: sockets, timers, other work. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export interface Alarm {
  /** Does nothing when it has rung. */
  readonly cancel: () => void;
}

/**
 * Rings once, at the earliest after `delayMs`, and not before what had already arrived by then has been
 * read: after a long block of the event loop timers run first, sockets second. Keeps no process alive.
 */
export function startAlarm(delayMs: number, ring: () => void): Alarm {
  let isCancelled = false;
  const timer = setTimeout(() => {
    setImmediate(() => {
      if (!isCancelled) ring();
    });
  }, delayMs);
  timer.unref();
  return {
    cancel: () => {
      isCancelled = true;
      clearTimeout(timer);
    },
  };
}

/** Resolves after `durationMs`, as an alarm rings. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    startAlarm(durationMs, resolve);
  });
}
