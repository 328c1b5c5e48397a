import { interceptHttp } from '../wire/intercept-http.ts';
import { GuardStandsError } from './guard-stands-error.ts';

/** Stands between this process and the network. */
export interface NetworkGuard {
  /** Requests that were stopped, such as `GET http://host/path`. */
  readonly blocked: () => readonly string[];
  readonly close: () => void;
  readonly [Symbol.dispose]: () => void;
}

/** What is patched belongs to the process, so one guard stands in it at a time. */
let isStanding = false;

/**
 * Stops every HTTP request of this process (global fetch and node:http) but those to the `allow`ed origins: it is answered
 * with a final HTTP 400 that names it, and remembered, because whoever made it may swallow the answer. Not seen are a `fetch`
 * that was copied before, requests of the `undici` package, and what does not speak HTTP, such as a database's connection.
 * @throws GuardStandsError when another guard stands already.
 */
export async function guardNetwork({
  allow,
}: {
  readonly allow: readonly string[];
}): Promise<NetworkGuard> {
  if (isStanding) throw new GuardStandsError();
  isStanding = true;
  const blocked: string[] = [];
  let stop: (() => void) | undefined;
  try {
    stop = await stopRequests(new Set(allow.map((origin) => new URL(origin).origin)), blocked);
  } finally {
    isStanding = stop !== undefined;
  }
  const close = (): void => {
    if (stop === undefined) return;
    stop();
    stop = undefined;
    isStanding = false;
  };
  return { blocked: () => [...blocked], close, [Symbol.dispose]: close };
}

async function stopRequests(allowed: ReadonlySet<string>, blocked: string[]): Promise<() => void> {
  const { close } = await interceptHttp((request) => {
    const { origin, pathname } = new URL(request.url);
    if (allowed.has(origin)) return 'pass';
    // Without its query, which may hold a key.
    const name = `${request.method} ${origin}${pathname}`;
    blocked.push(name);
    const message = `${name} was stopped: a recording is replayed without a network.`;
    // A network error or a 5xx would be tried again, and again.
    return Response.json({ error: { code: 'NETWORK_BLOCKED', message } }, { status: 400 });
  });
  return close;
}
