import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseOptions } from '#harness';
import type { CommandIo } from './define-command.ts';
import { UsageError } from './usage-error.ts';

/** How a command line names a database. */
export interface DatabaseChoice {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string | undefined;
}

/** The database that `command` is to open. Throws UsageError when none is named, or both kinds are, or its directory is not there. */
export async function existingDatabase(
  command: string,
  choice: DatabaseChoice,
  environment: CommandIo['environment'],
): Promise<DatabaseOptions> {
  const { dataDir } = choice;
  const chosen = await chosenDatabase(command, choice, environment);
  // A directory that is not there would be made, and hold nothing that anybody asked about.
  if (dataDir === undefined || existsSync(dataDir)) return chosen;
  throw new UsageError(`--data-dir: there is no ${dataDir}.`);
}

/** The same for a command that writes: an embedded database that is not there is made. */
export async function chosenDatabase(
  command: string,
  { databaseUrl, dataDir }: DatabaseChoice,
  environment: CommandIo['environment'],
): Promise<DatabaseOptions> {
  if (dataDir !== undefined && databaseUrl !== undefined) {
    throw new UsageError(`${command} takes --database-url or --data-dir, not both.`);
  }
  if (dataDir !== undefined) return { kind: 'pglite', dataDir: resolve(dataDir) };
  const { readConfig } = await import('#harness');
  const url = databaseUrl ?? readConfig(environment).databaseUrl;
  if (url !== undefined) return { kind: 'postgres', url };
  throw new UsageError(`${command} takes --database-url or --data-dir, or DATABASE_URL.`);
}
