import { basename, dirname, join } from 'node:path';
import { HarnessError } from '#harness';

const nameCharacters = 120;

/** A test, by what names it. */
export interface NamedTest {
  readonly id: string;
  readonly file: string;
  /** The names of the suites around it, and its own. */
  readonly names: readonly string[];
}

/** Which test has which file, in this process. */
const taken = new Map<string, string>();

/**
 * Where a test's recording stands: `__recordings__/<test file>/<test name>.jsonl`, beside the test file.
 * @throws TestNameTakenError when another test of the file has that name, or one that is written the same.
 */
export function recordingPath({ id, file, names }: NamedTest): string {
  const slug = names
    .join(' ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, nameCharacters);
  const path = join(dirname(file), '__recordings__', basename(file), `${slug}.jsonl`);
  const holder = taken.get(path) ?? id;
  if (holder !== id) throw new TestNameTakenError(names.join(' > '), path);
  taken.set(path, holder);
  return path;
}

class TestNameTakenError extends HarnessError {
  constructor(name: string, path: string) {
    super({
      code: 'TEST_NAME_TAKEN',
      message: `Two tests would be recorded in ${path}: ${name}, and one before it.`,
      hint: 'Give each test that is recorded a name of its own.',
    });
  }
}
