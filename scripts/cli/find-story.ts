import { readStory, type Story } from '#recordings';

/** Reads and tells a recording, by its file, or by its scenario: the id, or the file that exports it. */
export async function findStory(nameOrPath: string): Promise<Story> {
  return readStory(await recordingOf(nameOrPath));
}

/** Where the recording is that is meant. */
export async function recordingOf(nameOrPath: string): Promise<string> {
  if (nameOrPath.endsWith('.jsonl')) return nameOrPath;
  // Late: a file is read without loading every scenario there is.
  const { locateScenario } = await import('#scenarios');
  return (await locateScenario(nameOrPath)).recording;
}
