import { parseAnyRecording } from '../format/parse-recording.ts';
import { readText } from '../format/recording-file.ts';
import type { Story } from './story.ts';
import { tellStory } from './tell-story.ts';

/** Reads a recording of any kind from its file and tells it; a torn one up to its last whole line. */
export async function readStory(path: string): Promise<Story> {
  return parseStory(await readText(path), path);
}

/** The same of its text; `file` names it in errors. */
export function parseStory(text: string, file: string): Story {
  return tellStory(parseAnyRecording(text, file, { torn: 'open' }));
}
