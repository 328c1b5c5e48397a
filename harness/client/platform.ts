/* oxlint-disable no-restricted-globals, no-restricted-properties -- The client is not part of any run: it lives where a
   viewer lives, in a browser or another process, and nothing that it does is replayed. */

/** What a client asks of the place it runs in: a browser, or Node. */
export interface Platform {
  readonly fetch: typeof fetch;
  readonly openSocket: (url: string) => WebSocket;
  /** Resolves after `durationMs`, or at once when `signal` aborts. */
  readonly pause: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

export const platform: Platform = {
  fetch: (...request) => fetch(...request),
  openSocket: (url) => new WebSocket(url),
  pause: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(done, durationMs);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    }),
  random: () => Math.random(),
};
