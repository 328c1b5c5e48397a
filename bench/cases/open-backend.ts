import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScratchDatabase, openHarnessDatabase } from '#harness';
import { startPostgres } from '#harness/testing';

export const backendNames = ['pglite', 'postgres'] as const;
export type BackendName = (typeof backendNames)[number];

export type BenchDatabase = Awaited<ReturnType<typeof openHarnessDatabase>>;

export interface BenchBackendOptions {
  /** PostgreSQL to use, in a scratch database; without it one is started from the binaries found. */
  readonly databaseUrl?: string;
  /** Of a server that is started here: whether each commit is on disk before it is acknowledged. Yes by default, as it is. */
  readonly isDurable?: boolean;
}

/** A fresh database with the harness's tables, on disk; disposed of, nothing of it is left. */
export async function openBackend(
  name: BackendName,
  options: BenchBackendOptions,
): Promise<{ readonly database: BenchDatabase } & AsyncDisposable> {
  await using setUp = new AsyncDisposableStack();
  const database = await open(name, options, setUp);
  setUp.use(database);
  const tearDown = setUp.move();
  return { database, [Symbol.asyncDispose]: () => tearDown.disposeAsync() };
}

async function open(
  name: BackendName,
  { databaseUrl, isDurable = true }: BenchBackendOptions,
  cleanUp: AsyncDisposableStack,
): Promise<BenchDatabase> {
  if (name === 'pglite') {
    const directory = await mkdtemp(join(tmpdir(), 'groundhog-bench-'));
    cleanUp.defer(() => rm(directory, { recursive: true }));
    return openHarnessDatabase({ kind: 'pglite', dataDir: join(directory, 'database') });
  }
  const url = databaseUrl ?? cleanUp.use(await startPostgres({ isDurable })).url();
  const scratch = await createScratchDatabase(url);
  cleanUp.defer(() => scratch.drop());
  return openHarnessDatabase({ kind: 'postgres', url: scratch.url });
}
