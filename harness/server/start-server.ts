import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Log, silentLog } from '../host/host.ts';
import type { Access } from './access.ts';
import { ApiError } from './api-error.ts';
import { createApp } from './create-app.ts';
import { isLoopback, originGuard } from './origin-guard.ts';
import { writeRefusal } from './raw-refusal.ts';
import type { ServedHarness } from './served-harness.ts';
import { AddressUnusableError, KeysMissingError } from './server-start-error.ts';
import { createSessionAccess } from './session-access.ts';
import { createViewers, type ViewerLimits, type Viewers } from './viewers.ts';

export interface ServerOptions {
  /** Ready to run: what it recovered runs already. Its owner closes it, after the server. */
  readonly harness: ServedHarness;
  readonly access: Access;
  /** Address to listen at; 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Pages of these origins may speak to the server besides its own, e.g. `https://desk.example`. */
  readonly origins?: readonly string[];
  /** Principals of these roles read every session of their tenant. */
  readonly staffRoles?: readonly string[];
  readonly limits?: Partial<ViewerLimits>;
  /** How long requests in progress may take when the server is closed, milliseconds. */
  readonly drainMs?: number;
  readonly log?: Log;
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Accepts nothing more, tells viewers to come back later, and lets requests in progress finish. */
  readonly close: () => Promise<void>;
}

const defaultLimits: ViewerLimits = {
  bufferBytes: 256 * 1024,
  stallMs: 10_000,
  heartbeatMs: 10_000,
  patienceMs: 5_000,
};
const defaultDrainMs = 2_000;
const defaultStaffRoles = ['support', 'billing_agent', 'supervisor'];

/**
 * Serves a harness over HTTP and WebSocket. Throws KeysMissingError for an address that others can reach when no key is
 * kept, AddressUnusableError when the address cannot be had.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { harness, access, host = '127.0.0.1', port = 0, origins = [], log = silentLog } = options;
  const local = isLoopback(host);
  if (!local && (access.kind === 'development' || (await access.keys.isEmpty()))) {
    throw new KeysMissingError(host);
  }
  const sessions = createSessionAccess(harness, options.staffRoles ?? defaultStaffRoles);
  const isWelcome = originGuard({ isLoopback: local, origins });
  let isStopping = false;
  const shared = { harness, access, sessions, isWelcome, log };
  const app = createApp({ ...shared, origins, isStopping: () => isStopping });
  const viewers = createViewers({ ...shared, limits: { ...defaultLimits, ...options.limits } });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', viewers.upgrade);
  server.on('clientError', (_error, socket) => writeRefusal(socket, notHttp));
  await listen(server, host, port);
  const stop = async (): Promise<void> => {
    isStopping = true;
    await stopServer({ server, viewers, drainMs: options.drainMs ?? defaultDrainMs });
  };
  let stopping: Promise<void> | undefined;
  const close = (): Promise<void> => (stopping ??= stop());
  return { url: urlOf(server, host), close, [Symbol.asyncDispose]: close };
}

const notHttp = new ApiError(400, { code: 'HTTP_INVALID', message: 'This is not HTTP.' });

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new AddressUnusableError({ host, port, cause: error });
  }
}

async function stopServer({
  server,
  viewers,
  drainMs,
}: {
  readonly server: Server;
  readonly viewers: Viewers;
  readonly drainMs: number;
}): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await viewers.close();
  const late = AbortSignal.timeout(drainMs);
  late.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  await closed;
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  if (!isTcp(address)) throw new TypeError('the server has no TCP address');
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}

const isTcp = (address: AddressInfo | string | null): address is AddressInfo =>
  address !== null && typeof address !== 'string';
