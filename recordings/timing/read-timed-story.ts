import { readAnyRecording } from '../format/recording-file.ts';
import { withBriefPayloads } from '../story/brief-payload.ts';
import type { Story } from '../story/story.ts';
import { tellStory } from '../story/tell-story.ts';
import { isTimingOf, type TimedPlace, timedPlaces } from './timed-places.ts';
import { readTiming } from './timing-file.ts';

/** What is known of how long things took: `stale` where other bytes were measured, of which nothing is shown. */
export type StoryTiming =
  | { readonly kind: 'none' | 'stale' }
  | { readonly kind: 'measured'; readonly places: ReadonlyMap<string, TimedPlace> };

export interface TimedStory {
  readonly story: Story;
  readonly timing: StoryTiming;
}

/** As `readStory`, with what was measured of the recording and stands beside it. */
export async function readTimedStory(path: string): Promise<TimedStory> {
  const recording = await readAnyRecording(path, { torn: 'open' });
  const story = withBriefPayloads(tellStory(recording));
  const timing = await readTiming(path);
  if (timing === undefined) return { story, timing: { kind: 'none' } };
  if (!isTimingOf(timing, recording)) return { story, timing: { kind: 'stale' } };
  return { story, timing: { kind: 'measured', places: timedPlaces(timing, recording) } };
}
