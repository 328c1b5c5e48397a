import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';

export interface BackendOptions {
  /** Directory of the data; in memory when absent. */
  readonly dataDir?: string;
  /** A tar archive of a data directory to begin with. */
  readonly snapshot?: Blob;
}

/**
 * Starts PGlite the way all of our data directories are made and opened: small segments and buffers, as a
 * fresh copy has to be written and read back more often than it grows.
 */
export function startBackend({ dataDir, snapshot }: BackendOptions): Promise<PGlite> {
  return PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir: `file://${dataDir}` }),
    ...(snapshot === undefined ? {} : { loadDataDir: snapshot }),
    initDbStartParams: ['--wal-segsize=1', '--no-locale'],
    startParams: [
      ...PGlite.defaultStartParams,
      '-c',
      'shared_buffers=2MB',
      '-c',
      'max_connections=4',
    ],
  });
}

/** Version of the PGlite in use, such as `0.5.16`. */
export function pgliteVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest: unknown = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
