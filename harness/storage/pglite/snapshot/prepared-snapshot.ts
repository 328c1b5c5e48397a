import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Preparation } from '../../preparation.ts';
import { pgliteVersion, startBackend } from '../backend.ts';
import { createInProcessPool } from '../in-process-pool.ts';
import { Multiplexer } from '../multiplexer.ts';

/** Part of the key: raise it when the way a snapshot is made changes. */
const snapshotFormat = 1;
/** A SHA-256 stands before the archive, so that a damaged file is noticed. */
const digestLength = 32;
/** Nobody shares the database while it is prepared. */
const preparationIdleTimeoutMs = 600_000;

export interface SnapshotOptions {
  readonly cacheDir: string;
  readonly prepare: Preparation | undefined;
}

/**
 * A tar archive of a new database on which `prepare` has run. Made once for each version of PGlite and
 * key of `prepare`, kept in `cacheDir`. Several processes may make it at once; the last one stays. A file
 * that is damaged is made again.
 */
export async function preparedSnapshot({ cacheDir, prepare }: SnapshotOptions): Promise<Blob> {
  const versions = JSON.stringify([snapshotFormat, pgliteVersion(), prepare?.key ?? '']);
  const file = join(
    cacheDir,
    `pglite-${digestOf(Buffer.from(versions)).toString('hex').slice(0, 24)}.snapshot`,
  );
  const cached = await readSnapshot(file);
  if (cached !== undefined) return new Blob([cached]);
  const made = await makeSnapshot(prepare);
  await writeSnapshot(file, made);
  return new Blob([made]);
}

async function makeSnapshot(prepare: Preparation | undefined): Promise<Buffer> {
  const db = await startBackend({});
  try {
    if (prepare !== undefined) await runPreparation(db, prepare);
    await trim(db);
    const archive = await db.dumpDataDir('none');
    return Buffer.from(await archive.arrayBuffer());
  } finally {
    await db.close();
  }
}

async function runPreparation(db: PGlite, prepare: Preparation): Promise<void> {
  const multiplexer = await Multiplexer.open(db, {
    idleInTransactionTimeoutMs: preparationIdleTimeoutMs,
  });
  const pool = createInProcessPool(multiplexer);
  try {
    await prepare.run(pool);
  } finally {
    await pool.end();
    await multiplexer.close();
  }
}

/** The templates for further databases are two thirds of the size, and PGlite serves one database only. */
async function trim(db: PGlite): Promise<void> {
  for (const name of ['template0', 'template1']) {
    await db.exec(`update pg_database set datistemplate = false where datname = '${name}'`);
    await db.exec(`drop database if exists ${name}`);
  }
  await db.exec('vacuum');
  await db.exec('checkpoint');
  await db.exec('select pg_switch_wal()');
  await db.exec('checkpoint');
}

/** Undefined when there is none, or none that is whole. */
async function readSnapshot(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const archive = bytes.subarray(digestLength);
  return digestOf(archive).equals(bytes.subarray(0, digestLength)) ? archive : undefined;
}

async function writeSnapshot(file: string, archive: Buffer): Promise<void> {
  const folder = join(file, '..');
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(`${file}.`);
  try {
    const whole = join(temporary, 'whole');
    await writeFile(whole, Buffer.concat([digestOf(archive), archive]));
    await rename(whole, file);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
