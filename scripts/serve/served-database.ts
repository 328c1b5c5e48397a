import type { DatabaseOptions } from '#harness';
import type { DatabaseChoice } from '../cli/existing-database.ts';

/** Where `groundhog serve` keeps what nobody said where to keep. */
const defaultDataDir = '.groundhog/serve';

/** The database that a server keeps its sessions and keys in: as named, or DATABASE_URL, or one of its own. */
export function servedDatabase(
  { databaseUrl, dataDir }: DatabaseChoice,
  config: { readonly databaseUrl?: string | undefined },
): DatabaseOptions {
  const url = databaseUrl ?? (dataDir === undefined ? config.databaseUrl : undefined);
  return url === undefined
    ? { kind: 'pglite', dataDir: dataDir ?? defaultDataDir }
    : { kind: 'postgres', url };
}
