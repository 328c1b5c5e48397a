import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Story } from '#recordings';
import { readStory, type TellingOptions } from '#recordings/story';

const library = new URL('../../recordings/library/', import.meta.url);

/** Reads and tells a recording, by its file, or by its scenario: the id, or the file that exports it. */
export async function findStory(nameOrPath: string, options?: TellingOptions): Promise<Story> {
  return readStory(await recordingOf(nameOrPath), options);
}

/** Where the recording is that is meant. */
export async function recordingOf(nameOrPath: string): Promise<string> {
  // What is left of one that was not finished is shown as well.
  if (/\.jsonl(?:\.partial)?$/.test(nameOrPath)) return nameOrPath;
  // A file is read without loading every scenario there is, and so is the library's recording of one.
  const committed = join(fileURLToPath(library), `${nameOrPath}.jsonl`);
  if (!/[/\\]/.test(nameOrPath) && existsSync(committed)) return committed;
  const { locateScenario } = await import('#scenarios');
  return (await locateScenario(nameOrPath)).recording;
}
