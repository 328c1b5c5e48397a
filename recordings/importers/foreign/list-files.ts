import { glob, readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';

/** A file that is to be read. */
export interface ListedFile {
  readonly path: string;
  /** What its recording is called: below a directory that was named, as the file is there. */
  readonly name: string;
}

/**
 * The files that paths name: a directory all that are below it, `-` what is handed over on standard input, and a pattern, where no
 * file is called so, those that it matches. A path that leads to no file stands for itself.
 */
export async function listFiles(paths: readonly string[]): Promise<readonly ListedFile[]> {
  const lists = await Promise.all(paths.map(filesAt));
  return lists.flat();
}

async function filesAt(path: string): Promise<readonly ListedFile[]> {
  if (path === '-') return [{ path: '/dev/stdin', name: 'stdin' }];
  const only = [{ path, name: nameOf(basename(path)) }];
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const below = await filesBelow(path);
    if (below.length === 0) return only;
    return below.map((each) => ({ path: each, name: nameOf(relative(path, each)) }));
  }
  if (found !== undefined || !/[*?{[]/.test(path)) return only;
  const matches: string[] = [];
  for await (const each of glob(path)) matches.push(each);
  return matches.length === 0 ? only : await listFiles(matches.toSorted());
}

/**
 * Hidden ones as well: nothing is passed over. Where a link leads to is not gone to, for it may lead back. None where something
 * cannot be looked into: then the directory is told as a whole.
 */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Without its ending, and without `.gz` before it. */
function nameOf(path: string): string {
  const unpacked = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path;
  const ending = extname(unpacked);
  const name = ending === '' ? unpacked : unpacked.slice(0, -ending.length);
  return name.replaceAll(sep, '/');
}
