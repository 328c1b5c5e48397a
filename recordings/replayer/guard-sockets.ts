import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { HarnessError } from '#harness';

// What leaves this machine passes one of three places, whoever asks and in whatever protocol: a TCP socket connects, a UDP
// socket sends, a name is looked up. What stays on this machine is let through: databases and servers of a test are there.

export interface SocketGuardOptions {
  /** Hosts with their ports, such as `api.example.com:443`. */
  readonly allowed: ReadonlySet<string>;
  /** Told of what is stopped: `TCP api.example.com:443`, `UDP 10.0.0.1:53`, `DNS api.example.com`. */
  readonly stopped: (name: string) => void;
}

/** Stops what would leave this machine, until what it returns is called. */
export function guardSockets(options: SocketGuardOptions): () => void {
  const names = new Set([...options.allowed].map((each) => each.slice(0, each.lastIndexOf(':'))));
  const stop = stopping(options);
  const restore = [
    guardConnections(options, () => false),
    ...(['send', 'connect'] as const).map((method) =>
      patch(dgram.Socket.prototype, method, (original) => {
        return function guarded(this: dgram.Socket, ...given: readonly unknown[]): unknown {
          const address = given.findLast((each) => typeof each === 'string');
          const host = method === 'send' ? (given.length > 1 ? address : undefined) : address;
          if (typeof host !== 'string' || isHere(host) || names.has(host)) {
            return Reflect.apply(original, this, given);
          }
          fail(given, stop(`UDP ${host}`), (error) => this.emit('error', error));
          return undefined;
        };
      }),
    ),
    ...lookups(names, stop),
  ];
  // `import { lookup } from 'node:dns'` sees it only after this.
  syncBuiltinESMExports();
  return () => {
    for (const each of restore) each();
    syncBuiltinESMExports();
  };
}

/**
 * Stops at once who connects to another machine and is no client of HTTP: of a socket that msw listens to nobody knows what it
 * is for before it says something, and until then it would seem to be connected. To be called when msw listens.
 */
export function guardOtherProtocols(options: SocketGuardOptions): () => void {
  return guardConnections(options, isOfHttp);
}

function guardConnections(
  options: SocketGuardOptions,
  isLeft: (given: readonly unknown[]) => boolean,
): () => void {
  const { allowed } = options;
  const stop = stopping(options);
  return patch(Socket.prototype, 'connect', (connect) => {
    return function guarded(this: Socket, ...given: readonly unknown[]): unknown {
      const target = targetOf(given);
      const passes = target === undefined || isHere(target.host) || allowed.has(nameOf(target));
      if (passes || isLeft(given)) return Reflect.apply(connect, this, given);
      const error = stop(`TCP ${nameOf(target)}`);
      process.nextTick(() => this.destroy(error));
      return this;
    };
  });
}

const stopping =
  ({ stopped }: SocketGuardOptions) =>
  (name: string): NetworkBlockedError => {
    stopped(name);
    return new NetworkBlockedError(name);
  };

function lookups(
  names: ReadonlySet<string>,
  stop: (name: string) => NetworkBlockedError,
): readonly (() => void)[] {
  const passes = (host: unknown): boolean =>
    typeof host !== 'string' || isHere(host) || names.has(host);
  const byCallback = [dns, dns.Resolver.prototype].flatMap((of) =>
    lookupsOf(of).map((method) =>
      patch(of, method, (original) => {
        return function guarded(this: unknown, ...given: readonly unknown[]): unknown {
          const [host] = given;
          if (passes(host)) return Reflect.apply(original, this, given);
          const error = stop(`DNS ${String(host)}`);
          fail(given, error, () => undefined);
          return undefined;
        };
      }),
    ),
  );
  const byPromise = [dns.promises, dns.promises.Resolver.prototype].flatMap((of) =>
    lookupsOf(of).map((method) =>
      patch(of, method, (original) => {
        return function guarded(this: unknown, ...given: readonly unknown[]): unknown {
          const [host] = given;
          if (passes(host)) return Reflect.apply(original, this, given);
          return Promise.reject(stop(`DNS ${String(host)}`));
        };
      }),
    ),
  );
  return [...byCallback, ...byPromise];
}

const lookupsOf = (of: object): readonly string[] =>
  Object.getOwnPropertyNames(of).filter(
    (name) =>
      /^(?:lookup|resolve|reverse)/.test(name) && typeof Reflect.get(of, name) === 'function',
  );

type Method = (this: never, ...given: never[]) => unknown;

/** Puts another method in the place of one; what it returns puts the first back. */
function patch(
  of: object,
  method: string,
  make: (original: Method) => (...given: never[]) => unknown,
): () => void {
  const original: unknown = Reflect.get(of, method);
  if (!isMethod(original)) throw new TypeError(`There is no ${method} to stand before.`);
  const guarded = make(original);
  Reflect.set(of, method, guarded);
  return () => {
    // Whoever has patched it since takes care of it.
    if (Reflect.get(of, method) === guarded) Reflect.set(of, method, original);
  };
}

const isMethod = (value: unknown): value is Method => typeof value === 'function';

/** Tells whoever waits by the callback they gave, or else by `otherwise`. */
function fail(given: readonly unknown[], error: Error, otherwise: (error: Error) => unknown): void {
  const callback = given.findLast(isMethod);
  process.nextTick(() => {
    if (callback === undefined) otherwise(error);
    else Reflect.apply(callback, undefined, [error]);
  });
}

/** What msw gives a socket whose requests it is about to read, and which connects to nothing. */
const pretendedLookup = 'mockLookup';

interface Target {
  readonly host: string;
  readonly port: string;
}

const nameOf = ({ host, port }: Target): string => `${host}:${port}`;

/** Clients of HTTP say so of their sockets: by the protocol of what they ask for, or by that which they offer over TLS. */
function isOfHttp(given: readonly unknown[]): boolean {
  const [first] = Array.isArray(given[0]) ? given[0] : given;
  if (typeof first !== 'object' || first === null) return false;
  const [protocol, offered] = ['protocol', 'ALPNProtocols'].map((key) => Reflect.get(first, key));
  return /^https?:$/.test(String(protocol)) || String(offered).includes('http/1.1');
}

/** Where a socket is to connect to; undefined for a pipe, and where it only pretends. As Node takes it: options, or a port and a host, in a list or not. */
function targetOf(given: readonly unknown[]): Target | undefined {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  if (typeof first !== 'object' || first === null) {
    const host = typeof second === 'string' ? second : 'localhost';
    return /^\d+$/.test(String(first)) ? { host, port: String(first) } : undefined;
  }
  const [host, port, path] = ['host', 'port', 'path'].map((key) => Reflect.get(first, key));
  if (port === undefined && path !== undefined) return undefined;
  const resolve: unknown = Reflect.get(first, 'lookup');
  if (typeof resolve === 'function' && resolve.name === pretendedLookup) return undefined;
  return { host: typeof host === 'string' && host !== '' ? host : 'localhost', port: String(port) };
}

const isHere = (host: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|::1|\[::1\]|0\.0\.0\.0|::|::ffff:127(?:\.\d+){3})$/i.test(
    host,
  );

/** Something was about to leave this machine while a recording stands for the world. */
class NetworkBlockedError extends HarnessError {
  constructor(name: string) {
    super({
      code: 'NETWORK_BLOCKED',
      message: `${name} was stopped: a recording is replayed without a network.`,
      hint: 'Whoever reached for it was not replaced by the recording: hand it the recorded model, tools or fetch.',
    });
  }
}
