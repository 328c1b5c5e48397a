import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const listedFiles = 100;

/** Files of a checkout that are not as they were at the last commit of one of them. */
export interface FileChanges {
  /** That commit's abbreviated hash. */
  readonly commit: string;
  /** Its day, YYYY-MM-DD. */
  readonly date: string;
  readonly count: number;
  /** The first hundred, from the root of the checkout. */
  readonly files: readonly string[];
}

/** Undefined without git, outside a checkout, and for a file that was never committed: it only helps to explain. */
export async function filesChangedSince(file: string): Promise<FileChanges | undefined> {
  const git = async (...line: readonly string[]): Promise<string> =>
    (await run('git', [...line], { cwd: dirname(file), encoding: 'utf8' })).stdout.trim();
  try {
    const [commit = '', date = ''] = (
      await git('log', '-1', '--format=%h %cs', '--', basename(file))
    ).split(' ');
    if (commit === '') return undefined;
    const files = (await git('diff', '--name-only', commit)).split('\n').filter(Boolean);
    return { commit, date, count: files.length, files: files.slice(0, listedFiles) };
  } catch {
    return undefined;
  }
}
