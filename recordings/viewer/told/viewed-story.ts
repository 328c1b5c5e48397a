import type { Story } from '../../story/story.ts';
import type { StoryTiming } from '../../timing/read-timed-story.ts';
import type { DatabaseChanges } from './database-changes.ts';

/** A recording, with what else is known of it. */
export interface ViewedStory {
  readonly story: Story;
  /** What stands beside it. */
  readonly timing?: StoryTiming;
  /** What its steps changed in the world. */
  readonly database?: DatabaseChanges;
}
