import type { Pool, PoolClient } from 'pg';
import { sql } from './drizzle.ts';
import { pause } from './event-loop.ts';

// Who stores something of a session says so as part of the same statement, and the database tells everybody else when it
// is committed. It tells only that; what was stored is read from the log. So nothing is lost with a notification.

const channel = 'groundhog_session';
/** A payload is short of 8000 bytes: of a longer name its beginning will do, for a hint. */
const payloadLength = 1000;
/** Between losing the connection and trying to have it back. */
const reconnectDelayMs = 100;

/** An expression that tells everybody, once the statement it stands in is committed. */
export function notifying(sessionId: string): ReturnType<typeof sql> {
  return sql`pg_notify(${channel}, ${sessionId.slice(0, payloadLength)}) as notified`;
}

export interface Notifications {
  /** As `SessionStore.watch`. */
  readonly watch: (sessionId: string, onChange: () => void) => () => void;
}

/** One connection that listens, for all watchers of this process, as long as there are any. */
export function createNotifications(pool: Pool): Notifications {
  const watchers = new Map<string, Set<() => void>>();
  const ring = (name: string): void => {
    for (const onChange of watchers.get(name) ?? []) onChange();
  };
  const connection = listeningConnection(pool, {
    onNotification: ring,
    // What was told while nobody listened is not told again: everybody looks for himself.
    onListening: () => {
      for (const name of watchers.keys()) ring(name);
    },
  });
  return {
    watch: (sessionId, onChange) => {
      const name = sessionId.slice(0, payloadLength);
      // A watcher of its own even if the same function watches twice.
      const watcher = (): void => onChange();
      watchers.set(name, (watchers.get(name) ?? new Set()).add(watcher));
      connection.open();
      return () => {
        const group = watchers.get(name);
        group?.delete(watcher);
        if (group?.size === 0) watchers.delete(name);
        if (watchers.size === 0) connection.close();
      };
    },
  };
}

interface Listener {
  readonly onNotification: (payload: string) => void;
  /** From here on nothing is missed, until the connection is lost. */
  readonly onListening: () => void;
}

/** Connected between `open` and `close`, whatever becomes of a single connection. */
function listeningConnection(
  pool: Pool,
  listener: Listener,
): { readonly open: () => void; readonly close: () => void } {
  let closing: AbortController | undefined;
  return {
    open: () => {
      if (closing !== undefined) return;
      closing = new AbortController();
      void stayConnected(pool, listener, closing.signal);
    },
    close: () => {
      closing?.abort();
      closing = undefined;
    },
  };
}

async function stayConnected(pool: Pool, listener: Listener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !pool.ending) {
    // A database that cannot be reached is told to those who read from it; here it is only waited for.
    const client = await pool.connect().catch(() => undefined);
    if (client !== undefined) await listenUntilLost(client, listener, signal);
    if (!signal.aborted) await pause(reconnectDelayMs);
  }
}

async function listenUntilLost(
  client: PoolClient,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const lost = Promise.withResolvers<void>();
  const lose = (): void => lost.resolve();
  client.on('end', lose).on('error', lose);
  client.on('notification', ({ payload }) => listener.onNotification(payload ?? ''));
  signal.addEventListener('abort', lose, { once: true });
  if (signal.aborted) lose();
  await client.query(`listen ${channel}`).then(listener.onListening, lose);
  await lost.promise;
  signal.removeEventListener('abort', lose);
  // Not back to the pool, where nobody would expect it to listen.
  client.removeAllListeners('notification');
  client.release(true);
}
