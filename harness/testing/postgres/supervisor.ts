/**
 * A process of its own that makes a data directory, runs PostgreSQL on it and removes it afterwards.
 * It ends when its standard input ends: when whoever started it says so, or dies, however it dies.
 * Arguments: one JSON value, see `orderSchema`. Prints `ready` when connections are accepted. A line `stop` on its standard
 * input ends PostgreSQL as a crash does, told by `stopped`, until a line `start`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const orderSchema = z.object({
  binaries: z.string(),
  /** Removed at the end; holds the data and the socket. */
  directory: z.string(),
  port: z.int(),
  /** Whether a commit is on disk before it is acknowledged, as it is by default. */
  isDurable: z.boolean(),
  identity: z.object({ uid: z.int().optional(), gid: z.int().optional() }),
});
export type Order = z.infer<typeof orderSchema>;

/** How much of what PostgreSQL said is told when it fails. */
const reportedLineCount = 20;

if (import.meta.main) await supervise(orderSchema.parse(JSON.parse(process.argv[2] ?? '')));

async function supervise(order: Order): Promise<void> {
  const { directory, port } = order;
  const data = join(directory, 'data');
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  /** Pending while it is not to run. */
  let wanted = Promise.withResolvers<void>();
  let isStopped = false;
  let isEnding = false;

  const run = async (name: string, parameters: readonly string[]): Promise<number | null> => {
    if (isEnding) return null;
    child = spawnAs(order, name, parameters);
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue;
      createInterface(output).on('line', (line) => {
        lines.push(line);
        if (line.includes('ready to accept connections')) process.stdout.write('ready\n');
      });
    }
    const [code] = await once(child, 'close');
    return typeof code === 'number' ? code : null;
  };

  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const stop = (): void => {
    isStopped = true;
    wanted = Promise.withResolvers<void>();
    child?.kill('SIGQUIT');
  };
  createInterface(process.stdin)
    .on('line', (line) => (line === 'stop' ? stop() : wanted.resolve()))
    .on('close', () => {
      isEnding = true;
      wanted.resolve();
      child?.kill('SIGQUIT');
    });
  const made = await run('initdb', [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  const parameters = [
    ...settings(order).flatMap((setting) => ['-c', setting]),
    `-D${data}`,
    '-h127.0.0.1',
    `-p${port}`,
    `-k${directory}`,
  ];
  for (let isToRun = made === 0; isToRun; isToRun = isStopped) {
    isStopped = false;
    await run('postgres', parameters);
    if (!isStopped) break;
    process.stdout.write('stopped\n');
    await wanted.promise;
  }
  rmSync(directory, { recursive: true, force: true });
  if (!isEnding) process.stderr.write(`${lines.slice(-reportedLineCount).join('\n')}\n`);
  process.exitCode = isEnding ? 0 : 1;
  process.stdin.destroy();
}

function settings({ isDurable }: Order): readonly string[] {
  const always = ['max_connections=200', 'shared_buffers=64MB'];
  if (isDurable) return always;
  // What is committed outlives the server all the same, if not the machine.
  return [...always, 'fsync=off', 'full_page_writes=off'];
}

function spawnAs(
  { binaries, directory, identity }: Order,
  name: string,
  parameters: readonly string[],
): ChildProcess {
  return spawn(join(binaries, name), parameters, {
    ...(identity.uid === undefined ? {} : { uid: identity.uid }),
    ...(identity.gid === undefined ? {} : { gid: identity.gid }),
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
