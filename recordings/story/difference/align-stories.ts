import type { ExchangePlace } from '#harness';
import type { Story, StoryLane, StoryStep } from '../story.ts';
import { align } from './align.ts';
import { compareDefinitions } from './compare-definitions.ts';
import type { Renaming } from './renaming.ts';
import { type StepContent, stepContent } from './step-content.ts';

export interface PlacedContent extends StepContent {
  /** Where the step stands in its story. */
  readonly index: number;
  readonly place: ExchangePlace;
}

/** Two steps that belong together, or one for which the other story has nothing. */
export type StepPair = readonly [
  before: PlacedContent | undefined,
  after: PlacedContent | undefined,
];

export interface AlignedLane {
  readonly lane: string;
  /** Every step of the lane in both stories, once and in order. */
  readonly pairs: readonly StepPair[];
}

/**
 * Lays two stories side by side, lane by lane. Whoever shows where two recordings differ takes the pairs from here. What is
 * called by the name of a tool that was renamed is told by its present one.
 */
export function alignStories(
  before: Story,
  after: Story,
  renaming: Renaming = compareDefinitions(before.definitions, after.definitions).renaming,
): readonly AlignedLane[] {
  const names = new Set([...before.lanes, ...after.lanes].map(({ lane }) => lane));
  return [...names].map((lane) => ({
    lane,
    pairs: pairsOf(contentsOf(before, lane, renaming), contentsOf(after, lane)),
  }));
}

function contentsOf(
  { lanes, steps }: Story,
  name: string,
  renaming?: Renaming,
): readonly PlacedContent[] {
  const lane = lanes.find((each: StoryLane) => each.lane === name);
  return (lane?.steps ?? []).flatMap((index) => {
    const step = steps[index];
    return step === undefined ? [] : [contentOf(step, renaming)];
  });
}

function contentOf(step: StoryStep, renaming?: Renaming): PlacedContent {
  const content = stepContent(step);
  const { index, place } = step;
  if (renaming === undefined) return { ...content, index, place };
  const text = (value: string): string => {
    const renamed = renaming.in(value);
    return typeof renamed === 'string' ? renamed : value;
  };
  return {
    index,
    place,
    name: text(content.name),
    key: text(content.key),
    own: renaming.in(content.own),
    // Definitions are named with `tool:` in front.
    read: renaming.in(content.read),
  };
}

const named = ({ name }: PlacedContent): string => name;

/** Equal steps stand together; between them those of the same name, in order. */
function pairsOf(
  before: readonly PlacedContent[],
  after: readonly PlacedContent[],
): readonly StepPair[] {
  const full = ({ name, key }: PlacedContent): string => `${name} ${key}`;
  const pairs: StepPair[] = [];
  let gap: [PlacedContent[], PlacedContent[]] = [[], []];
  const closeGap = (): void => {
    const [left, right] = gap;
    for (const pair of align(left.map(named), right.map(named))) {
      pairs.push([at(left, pair.before), at(right, pair.after)]);
    }
    gap = [[], []];
  };
  for (const pair of align(before.map(full), after.map(full))) {
    const [left, right] = [at(before, pair.before), at(after, pair.after)];
    if (left !== undefined && right !== undefined && full(left) === full(right)) {
      closeGap();
      pairs.push([left, right]);
    } else {
      if (left !== undefined) gap[0].push(left);
      if (right !== undefined) gap[1].push(right);
    }
  }
  closeGap();
  return pairs;
}

function at<Element>(list: readonly Element[], index: number | undefined): Element | undefined {
  return index === undefined ? undefined : list[index];
}
