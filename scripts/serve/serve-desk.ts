import {
  type Config,
  createHarness,
  type DatabaseOptions,
  databaseKeys,
  durableBacking,
  type Harness,
  openHarnessDatabase,
  type SessionExpiry,
  systemHost,
} from '#harness';
import { type Access, startServer } from '#harness/server';
import { openModel, scenarioExchanges, scenarioNamed, startWorldServer } from '#scenarios';
import { ensureKeyFile } from './key-file.ts';
import { pacedModel } from './paced-model.ts';
import { retainDaily } from './retain-daily.ts';

export interface DeskOptions {
  /** Whose world, principal and playbook are served. */
  readonly scenario: string;
  readonly model: 'scripted' | 'live';
  readonly config: Config;
  readonly database: DatabaseOptions;
  readonly host: string;
  readonly port: number;
  /** Pages of these origins may speak to the server. */
  readonly origins: readonly string[];
  /** Who this process is on a database that others use too; the same after a restart. */
  readonly name: string;
  /** Before every piece of scripted text. */
  readonly paceMs: number;
  /** Asks for keys, and writes the first ones here; absent, keys are asked for where there are any, and else everybody is the scenario's principal. */
  readonly keyFile: string | undefined;
  /** Sessions older than so many days are deleted, at the start and every day; absent, they are kept. */
  readonly retentionDays: number | undefined;
  /** When sessions end by themselves. */
  readonly expiry: SessionExpiry;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Changes when runs begun by older code must not be gone on with. */
const deskVersion = '1';
/** Runs that are still in a step after this long are left to the next life, which recovers them. */
const runGraceMs = 2_500;

/**
 * Serves the support desk until `signal` aborts: the database first, then the harness, which goes on with what an earlier
 * life left, then the address. Returns the URL it had.
 */
export async function serveDesk(options: DeskOptions): Promise<string> {
  const { scenario: id, model: kind, config, host, port, origins, progress, signal } = options;
  const scenario = scenarioNamed(id);
  await using database = await openHarnessDatabase(options.database);
  await using worlds = await startWorldServer();
  await using opened = await openModel(
    scenario,
    kind === 'live' ? { kind, config } : { kind: 'scripted' },
  );
  // One application, whoever its processes are: what one leaves another finishes.
  const identity = { application: 'serve', version: deskVersion, executorId: options.name };
  const harness = await createHarness({
    ...scenario.subject.assemble({ worldUrl: worlds.createWorld(scenario.world).url }),
    model: kind === 'live' ? opened.model : pacedModel(opened.model, options.paceMs),
    exchanges: opened.exchanges(scenarioExchanges(scenario)),
    backing: await durableBacking({ database, identity }),
    expiry: options.expiry,
  });
  const retaining = retainDaily(database, options);
  try {
    for (const runId of await harness.pendingRuns()) progress(`Going on with ${runId}.`);
    const access = await accessFor(options, await databaseKeys(database));
    const server = await startServer({ harness, access, host, port, origins });
    progress(`Groundhog is ready at ${server.url} (${id}, ${opened.made} model).`);
    await aborted(signal);
    progress('Stopping: viewers are told to come back, runs end their step.');
    await server.close();
    return server.url;
  } finally {
    await retaining;
    await closeWithin(harness, runGraceMs);
  }
}

async function accessFor(
  { scenario: id, keyFile, progress }: DeskOptions,
  keys: Awaited<ReturnType<typeof databaseKeys>>,
): Promise<Access> {
  const { principal } = scenarioNamed(id);
  if (keyFile === undefined) {
    // Revoked ones too: taking the last key away must not open the door.
    if ((await keys.list()).length > 0) {
      progress('Asking for the keys of this database (groundhog keys list).');
      return { kind: 'keys', keys };
    }
    progress(`NO KEYS: whoever reaches this server is ${principal.id} (${principal.role}).`);
    progress(
      'For development on this machine only; groundhog keys create, or --key-file <file>, asks for keys.',
    );
    return { kind: 'development', principal };
  }
  const supervisor = { id: 'emp_supervisor', role: 'supervisor', tenant: principal.tenant };
  const { random } = systemHost();
  const outcome = await ensureKeyFile(keyFile, keys, {
    principals: [principal, supervisor],
    random,
  });
  progress(`Keys for ${principal.id} and ${supervisor.id}: ${keyFile} (${outcome}).`);
  return { kind: 'keys', keys };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}

async function closeWithin(harness: Harness, limitMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([harness.close(), late]);
  clearTimeout(timer);
}
