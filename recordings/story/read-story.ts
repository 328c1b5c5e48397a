import { readAnyRecording } from '../format/recording-file.ts';
import type { Story } from './story.ts';
import { tellStory } from './tell-story.ts';

/** Reads a recording of any kind from its file and tells it. */
export async function readStory(path: string): Promise<Story> {
  return tellStory(await readAnyRecording(path));
}
