import { interceptHttp } from '../wire/intercept-http.ts';
import { guardOtherProtocols, guardSockets, type SocketGuardOptions } from './guard-sockets.ts';
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
 * Stops what reaches for the network in this process, but for the `allow`ed origins, and remembers it, because whoever did may
 * swallow that. An HTTP request (global fetch and node:http), also to this machine, is answered with a final HTTP 400 that
 * names it. Whatever else would leave this machine, such as a `fetch` that was copied before, `undici`, a WebSocket or a database, finds
 * no connection, and no address: `NETWORK_BLOCKED`. Not seen are other processes that this one starts.
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
    const urls = allow.map((origin) => new URL(origin));
    // Below what stops requests: that reads of a socket what it would have said, and lets pass what is not its own.
    const sockets: SocketGuardOptions = {
      allowed: new Set(urls.map(socketOf)),
      stopped: (name) => blocked.push(name),
    };
    const stopSockets = guardSockets(sockets);
    const stopRequests = await guardRequests(new Set(urls.map(({ origin }) => origin)), blocked);
    const stopOthers = guardOtherProtocols(sockets);
    stop = () => {
      stopOthers();
      stopRequests();
      stopSockets();
    };
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

const usualPorts: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
]);

/** A host with its port, as a socket is asked for it. */
const socketOf = ({ protocol, hostname, port }: URL): string =>
  `${hostname}:${port === '' ? usualPorts.get(protocol) : port}`;

async function guardRequests(allowed: ReadonlySet<string>, blocked: string[]): Promise<() => void> {
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
