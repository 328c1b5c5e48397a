import type { Story } from '../story/story.ts';
import { alignSides } from './align-sides.ts';
import { createItemPool } from './item-pool.ts';
import { storySide, type ViewParts } from './told/story-side.ts';
import type { Side, View } from './view.ts';

export interface ViewOptions {
  /** A second recording, to be shown beside the first. */
  readonly other?: Story;
  /** Effect class that a tool is declared with; recordings do not hold it. */
  readonly effectOf?: (tool: string) => string | undefined;
}

/** What is shown of a recording, or of two side by side. */
export function viewStories(
  story: Story,
  { other, effectOf = () => undefined }: ViewOptions = {},
): View {
  const stories = other === undefined ? [story] : [story, other];
  return viewOf((parts) => stories.map((each) => storySide(each, parts)), effectOf);
}

function viewOf(
  makeSides: (parts: ViewParts) => readonly Side[],
  effectOf: (tool: string) => string | undefined,
): View {
  const pool = createItemPool();
  const lanes: ViewParts['lanes'] = new Map();
  const sides = makeSides({ pool, lanes, effectOf });
  return { sides, lanes: [...lanes.values()], items: pool.items(), rows: alignSides(sides) };
}
