import { parseAnyRecording } from '../format/parse-recording.ts';
import { readBytes } from '../format/recording-file.ts';
import { withBriefPayloads } from './brief-payload.ts';
import type { Story } from './story.ts';
import { tellStory } from './tell-story.ts';

export interface TellingOptions {
  /** Images and ciphertext: for people by their length and digest, which is the default; for whoever hands them on, whole. */
  readonly payloads?: 'brief' | 'whole';
}

/** Reads a recording of any kind from its file and tells it; a torn one up to its last whole line. */
export async function readStory(path: string, options?: TellingOptions): Promise<Story> {
  return parseStory(await readBytes(path), path, options);
}

/** The same of what the file holds; `file` names it in errors. */
export function parseStory(
  content: string | Buffer,
  file: string,
  { payloads = 'brief' }: TellingOptions = {},
): Story {
  const story = tellStory(parseAnyRecording(content, file, { torn: 'open' }));
  return payloads === 'brief' ? withBriefPayloads(story) : story;
}
