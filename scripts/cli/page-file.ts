import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HarnessError } from '#harness/values';

/** A page names itself within so many bytes. */
const headBytes = 4096;
const title = '<title>Groundhog</title>';

/** Where a page goes: the file itself, or one of this name in a directory that is there. */
export async function pageFile(out: string, name: string): Promise<string> {
  const isDirectory = await stat(out).then(
    (there) => there.isDirectory(),
    () => false,
  );
  return resolve(isDirectory ? join(out, name) : out);
}

/** Writes a page, over an older one too. What is no page of ours stays: whoever names a recording as `--out` keeps it. */
export async function writePageFile(file: string, html: string): Promise<void> {
  if (!(await mayBeWritten(file))) throw new PageUnwritableError(file, 'it holds something else');
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, html);
  } catch (error) {
    throw new PageUnwritableError(
      file,
      error instanceof Error ? error.message : String(error),
      error,
    );
  }
}

async function mayBeWritten(file: string): Promise<boolean> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file);
  } catch {
    // It is not there, or cannot be read: writing it says which.
    return true;
  }
  await using there = handle;
  if (!(await there.stat()).isFile()) return true;
  const { buffer, bytesRead } = await there.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return bytesRead === 0 || buffer.toString('utf8', 0, bytesRead).includes(title);
}

/** The page cannot be where it was to go. */
class PageUnwritableError extends HarnessError {
  constructor(file: string, reason: string, cause?: unknown) {
    super({
      code: 'PAGE_UNWRITABLE',
      message: `The page cannot be written to ${file}: ${reason}.`,
      hint: 'Name another file with --out.',
      cause,
    });
  }
}
