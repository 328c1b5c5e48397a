import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where snapshots are kept when the caller does not say: the user's cache, or a temporary one if that is not writable. */
export function defaultCacheDirectory(): string {
  const candidates = [
    join(homedir(), '.cache', 'groundhog'),
    join(tmpdir(), `groundhog-cache-${userInfo().uid}`),
  ];
  const usable = candidates.find(isWritable);
  return usable ?? join(tmpdir(), 'groundhog-cache');
}

function isWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
