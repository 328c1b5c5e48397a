import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { HarnessError } from '../../../host/harness-error.ts';
import { moduleCommand } from '../../../host/module-command.ts';
import type { ServerOrder } from './server-process.ts';

export interface PgliteServerOptions {
  /** The directory of the database, made if missing, or `memory`. */
  readonly dataDir: string;
  readonly cacheDir?: string;
  /** Any free port when absent. */
  readonly port?: number;
}

export interface PgliteServer extends AsyncDisposable {
  /** What a PostgreSQL client connects to. */
  readonly url: string;
  /** Ends the process; the database is closed cleanly. */
  readonly close: () => Promise<void>;
}

/** Compiling PGlite's WebAssembly once, not twice, halves the price of a short life and a long one hardly notices. */
const flags = ['--liftoff-only'];

/**
 * Opens an embedded database in a process of its own, so that other processes may share it and die without
 * it. It ends with this process. Throws PgliteServerError.
 */
export async function startPgliteServer(options: PgliteServerOptions): Promise<PgliteServer> {
  const order: ServerOrder = { port: 0, ...options };
  const serving = new URL('./server-process.ts', import.meta.url);
  // Detached, so that Ctrl-C reaches it only through us, and it serves us while we come to an end.
  const server = spawn(
    process.execPath,
    [...flags, ...moduleCommand(serving, JSON.stringify(order))],
    {
      stdio: 'pipe',
      detached: true,
    },
  );
  const closed = once(server, 'close');
  const complaint = text(server.stderr);
  const [said] = await Promise.race([once(server.stdout, 'data'), closed]);
  const port = /^ready (\d+)/.exec(String(said))?.[1];
  if (port === undefined) throw new PgliteServerError(options.dataDir, await complaint);
  const close = async (): Promise<void> => {
    server.stdin.end();
    await closed;
  };
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

export class PgliteServerError extends HarnessError {
  constructor(dataDir: string, complaint: string) {
    super({
      code: 'PGLITE_SERVER_FAILED',
      message: `The process that was to serve ${dataDir} ended: ${complaint.trim()}`,
    });
  }
}
