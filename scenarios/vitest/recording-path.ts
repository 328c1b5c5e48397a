import { basename, dirname, join } from 'node:path';
import { HarnessError } from '#harness';

/** A name of a file may have 255 bytes; what stands beside a recording has a longer ending. */
const nameBytes = 200;

/** Where tests of a file have their recordings. */
export const recordingsOf = (testFile: string): string =>
  join(dirname(testFile), '__recordings__', basename(testFile));

/** Where a test's recording stands, by the names of the suites around it and its own. */
export function recordingPath(testFile: string, names: readonly string[]): string {
  const slug = names
    .join(' ')
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
  return join(recordingsOf(testFile), `${shortened(slug) || 'test'}.jsonl`);
}

/** By whole characters. */
function shortened(slug: string): string {
  let short = '';
  for (const character of slug) {
    if (Buffer.byteLength(short + character) > nameBytes) break;
    short += character;
  }
  return short;
}

/** Which test of a file that runs has which recording: a run has an object of its own for the file. */
const taken = new WeakMap<object, Map<string, string>>();

/**
 * Takes a path for a test.
 * @throws TestNameTakenError when another test of the file has it: by its name, by one that is written the same, or by one that
 * is the same where file systems do not tell capitals apart.
 */
export function takePath(
  path: string,
  { id, file, name }: { readonly id: string; readonly file: object; readonly name: string },
): void {
  const paths = taken.get(file) ?? new Map<string, string>();
  taken.set(file, paths);
  const key = path.toLowerCase();
  const holder = paths.get(key) ?? id;
  if (holder !== id) throw new TestNameTakenError(name, path);
  paths.set(key, holder);
}

class TestNameTakenError extends HarnessError {
  constructor(name: string, path: string) {
    super({
      code: 'TEST_NAME_TAKEN',
      message: `Two tests would be recorded in ${path}: ${name}, and one before it.`,
      hint: 'Give each test that is recorded a name of its own; its first 200 bytes count, and capitals do not.',
    });
  }
}
