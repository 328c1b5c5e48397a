import { readTimedStory, type ViewedStory } from '#recordings';
import { replayChanges } from '#scenarios';
import { recordingOf } from './find-story.ts';

/** A recording with what was measured of it, and with what its tools change in a world that is made anew for this. */
export async function findViewed(nameOrPath: string, signal: AbortSignal): Promise<ViewedStory> {
  const timed = await readTimedStory(await recordingOf(nameOrPath));
  return { ...timed, database: await replayChanges(nameOrPath, { signal }) };
}
