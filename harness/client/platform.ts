// The client is no part of any run: it lives where a viewer lives, and nothing that it does is replayed. What it takes
// from there by itself is all in this file.

/** What a client asks of the place it runs in: a browser, or Node. */
export interface Platform {
  readonly fetch: (url: URL, request: RequestInit) => Promise<Response>;
  readonly openSocket: (url: string) => WebSocket;
  /** Resolves after `durationMs`, or at once when `signal` aborts. */
  readonly pause: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

export const platform: Platform = {
  // oxlint-disable-next-line no-restricted-globals -- a viewer's request, not a run's.
  fetch: (url, request) => fetch(url, request),
  openSocket: (url) => new WebSocket(url),
  pause: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      // oxlint-disable-next-line no-restricted-globals -- a viewer's patience, not a run's.
      const timer = setTimeout(done, durationMs);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    }),
  // oxlint-disable-next-line no-restricted-properties -- spreads viewers over time; no run sees it.
  random: () => Math.random(),
};
