import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';
import { pgliteVersion, startBackend } from '../backend.ts';
import { DataDirectoryError } from './data-directory-error.ts';
import { lockDirectory } from './directory-lock.ts';

export interface DataDirectoryOptions {
  readonly dataDir: string;
  /** Asked for only when the directory is new. */
  readonly snapshot: () => Promise<Blob>;
}

export interface OpenDataDirectory {
  readonly db: PGlite;
  /** True when it was made from the snapshot just now. */
  readonly isNew: boolean;
  /** Closes the database, then lets others have the directory. */
  readonly close: () => Promise<void>;
}

/** What we put into a directory. */
const names = { lock: 'owner', data: 'data', unfinished: 'data.unfinished' } as const;
const markName = 'groundhog.json';
const markSchema = z.object({ pglite: z.string() });

/**
 * Opens a directory for this process alone, making it from a snapshot if it is missing or empty: a
 * directory that was cut short while being made is made again, and never taken for a database. Data
 * survives the death of the process at any moment, not that of the machine. Throws DirectoryLockedError;
 * DataDirectoryError for what is not, or no longer, or not for this version, a database of ours, which is
 * then left as it was.
 */
export async function openDataDirectory(options: DataDirectoryOptions): Promise<OpenDataDirectory> {
  const dataDir = resolve(options.dataDir);
  refuseForeign(dataDir);
  mkdirSync(dataDir, { recursive: true });
  const lock = lockDirectory(join(dataDir, names.lock));
  try {
    const data = join(dataDir, names.data);
    const isNew = !existsSync(data);
    if (isNew) await create(dataDir, await options.snapshot());
    else refuseUnusable(dataDir);
    const db = await open(dataDir);
    const close = async (): Promise<void> => {
      await db.close();
      lock.release();
    };
    return { db, isNew, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function create(dataDir: string, snapshot: Blob): Promise<void> {
  const unfinished = join(dataDir, names.unfinished);
  rmSync(unfinished, { recursive: true, force: true });
  const db = await startBackend({ dataDir: unfinished, snapshot });
  await db.close();
  await writeFile(join(unfinished, markName), `${JSON.stringify({ pglite: pgliteVersion() })}\n`);
  renameSync(unfinished, join(dataDir, names.data));
}

async function open(dataDir: string): Promise<PGlite> {
  try {
    return await startBackend({ dataDir: join(dataDir, names.data) });
  } catch (error) {
    throw new DataDirectoryError(dataDir, 'PGlite does not start on it', error);
  }
}

function refuseForeign(dataDir: string): void {
  let entries: readonly string[];
  try {
    entries = readdirSync(dataDir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw new DataDirectoryError(dataDir, 'it can not be read as a directory', error);
  }
  const ours: readonly string[] = Object.values(names);
  const foreign = entries.find((entry) => !ours.includes(entry));
  if (foreign === undefined) return;
  throw new DataDirectoryError(dataDir, `it holds "${foreign}", which is not a database's`);
}

/** Starting on a torn directory could do further harm, so what can be told before is told before. */
function refuseUnusable(dataDir: string): void {
  const data = join(dataDir, names.data);
  const missing = ['PG_VERSION', join('global', 'pg_control'), markName].find(
    (name) => !existsSync(join(data, name)),
  );
  if (missing !== undefined) throw new DataDirectoryError(dataDir, `${missing} is missing in it`);
  const madeBy = versionIn(join(data, markName));
  if (madeBy !== undefined && formatOf(madeBy) === formatOf(pgliteVersion())) return;
  const version = madeBy === undefined ? 'a version that it does not name' : madeBy;
  const reason = `it was made by PGlite ${version}, and this is ${pgliteVersion()}`;
  throw new DataDirectoryError(dataDir, reason);
}

function versionIn(mark: string): string | undefined {
  try {
    return markSchema.parse(JSON.parse(readFileSync(mark, 'utf8'))).pglite;
  } catch {
    return undefined;
  }
}

/** Versions that differ here may differ in their files: below 1.0 the minor version counts too. */
function formatOf(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}
