import { parseRecording } from '../format/parse-recording.ts';
import { readText } from '../format/recording-file.ts';
import { RecordingImportedError } from '../format/recording-imported-error.ts';
import { parseImported } from '../importers/imported-file.ts';
import type { Story } from './story.ts';
import { tellStory } from './tell-story.ts';

/** Reads a recording of any kind from its file and tells it. */
export async function readStory(path: string): Promise<Story> {
  return parseStory(await readText(path), path);
}

/** The same of its text; `file` names it in errors. */
function parseStory(text: string, file: string): Story {
  try {
    return tellStory(parseRecording(text, file));
  } catch (error) {
    if (!(error instanceof RecordingImportedError)) throw error;
    return tellStory(parseImported(text, file));
  }
}
