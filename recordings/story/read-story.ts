import { parseAnyRecording } from '../format/parse-recording.ts';
import { readBytes } from '../format/recording-file.ts';
import type { Story } from './story.ts';
import { tellStory } from './tell-story.ts';

/** Reads a recording of any kind from its file and tells it; a torn one up to its last whole line. */
export async function readStory(path: string): Promise<Story> {
  return parseStory(await readBytes(path), path);
}

/** The same of what the file holds; `file` names it in errors. */
export function parseStory(content: string | Buffer, file: string): Story {
  return tellStory(parseAnyRecording(content, file, { torn: 'open' }));
}
