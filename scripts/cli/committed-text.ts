import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from './usage-error.ts';

const longestFile = 1024 ** 3;

/** What git has of a file at a revision. @throws UsageError when it has nothing, in git's words. */
export async function committedText(file: string, revision: string): Promise<string> {
  const object = `${revision}:./${basename(file)}`;
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['show', '--no-textconv', '--end-of-options', object],
      {
        cwd: dirname(resolve(file)),
        maxBuffer: longestFile,
      },
    );
    return stdout;
  } catch (error) {
    const said =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new UsageError(`git has no ${object}: ${said}.`, { cause: error });
  }
}
