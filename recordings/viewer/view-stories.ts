import { alignStories } from '../story/difference/align-stories.ts';
import type { Story } from '../story/story.ts';
import { alignSides } from './align-sides.ts';
import { createItemPool } from './item-pool.ts';
import { storySide, type ViewParts } from './told/story-side.ts';
import type { ViewedStory } from './told/viewed-story.ts';
import type { View } from './view.ts';

export interface ViewOptions {
  /** A second recording, to be shown beside the first. */
  readonly other?: ViewedStory;
  /** Effect class that a tool is declared with; recordings do not hold it. */
  readonly effectOf?: (tool: string) => string | undefined;
}

/** What is shown of a recording, or of two side by side. */
export function viewStories(
  viewed: ViewedStory,
  { other, effectOf = () => undefined }: ViewOptions = {},
): View {
  const stories = other === undefined ? [viewed] : [viewed, other];
  const pool = createItemPool();
  const lanes: ViewParts['lanes'] = new Map();
  const sides = stories.map((each) => storySide(each, { pool, lanes, effectOf }));
  const rows = alignSides(
    sides,
    other === undefined ? undefined : pairsBetween(viewed.story, other.story),
  );
  return { sides, lanes: [...lanes.values()], items: pool.items(), rows };
}

/** By the index of a step that of the one beside it: as `groundhog diff` has them. */
function pairsBetween(left: Story, right: Story): ReadonlyMap<number, number> {
  const pairs = alignStories(left, right).flatMap((lane) => lane.pairs);
  return new Map(
    pairs.flatMap(([one, two]) =>
      one === undefined || two === undefined ? [] : [[one.index, two.index] as const],
    ),
  );
}
