import { canonicalJson, type ExchangePlace, type Json } from '#harness';
import { asJson } from '../../format/json.ts';
import type { Story, StoryLane, StoryStep } from '../story.ts';
import { type StoryTally, tallyStory } from '../tally-story.ts';
import { align } from './align.ts';
import { compareDefinitions, type DefinitionChange } from './compare-definitions.ts';
import { type Leaf, leavesBetween } from './leaves.ts';
import type { Renaming } from './renaming.ts';
import { type StepContent, stepContent } from './step-content.ts';

/** How one recording became another. */
export interface StoryDifference {
  readonly equal: boolean;
  /** How it was made, and by which model. */
  readonly origin: readonly Leaf[];
  readonly definitions: readonly DefinitionChange[];
  /** Lanes in which something differs. */
  readonly lanes: readonly LaneDifference[];
  /** Numbers that are not what they were. */
  readonly tally: readonly TallyChange[];
}

export interface LaneDifference {
  readonly lane: string;
  /** The first is where the two part; the others follow. Never empty. */
  readonly steps: readonly StepDifference[];
  /** Values in what model turns read that only repeat a difference of an earlier step. */
  readonly repeated: number;
}

export interface StepDifference {
  readonly kind: 'changed' | 'added' | 'removed';
  /** Such as `tool getCharges` or `model turn`. */
  readonly step: string;
  readonly before?: ExchangePlace;
  readonly after?: ExchangePlace;
  /** Of a changed step: each value that differs. */
  readonly leaves: readonly Leaf[];
}

export interface TallyChange {
  readonly metric: keyof StoryTally;
  readonly before: number;
  readonly after: number;
}

/** Compares what happened, not how it is written: definitions by name, then each lane step by step. */
export function compareStories(before: Story, after: Story): StoryDifference {
  const { changes, renaming } = compareDefinitions(before.definitions, after.definitions);
  const explained = new Set<string>();
  const names = new Set([...before.lanes, ...after.lanes].map(({ lane }) => lane));
  const lanes = [...names].flatMap((lane): readonly LaneDifference[] => {
    const pairs = [contentsOf(before, lane, renaming), contentsOf(after, lane)] as const;
    const { steps, repeated } = compareLane(pairs, explained);
    return steps.length === 0 ? [] : [{ lane, steps, repeated }];
  });
  const origin = leavesBetween(originOf(before), originOf(after));
  const tally = tallyChanges(tallyStory(before), tallyStory(after));
  return {
    equal: [origin, changes, lanes, tally].every(({ length }) => length === 0),
    origin,
    definitions: changes,
    lanes,
    tally,
  };
}

function originOf({ made, model }: Story): Json {
  return asJson({ made, model });
}

interface Content extends StepContent {
  readonly place: ExchangePlace;
}

function contentsOf(
  { lanes, steps }: Story,
  name: string,
  renaming?: Renaming,
): readonly Content[] {
  const lane = lanes.find((each: StoryLane) => each.lane === name);
  return (lane?.steps ?? []).flatMap((index) => {
    const step = steps[index];
    return step === undefined ? [] : [contentOf(step, renaming)];
  });
}

function contentOf(step: StoryStep, renaming?: Renaming): Content {
  const content = stepContent(step);
  const { place } = step;
  if (renaming === undefined) return { ...content, place };
  const text = (value: string): string => {
    const renamed = renaming.in(value);
    return typeof renamed === 'string' ? renamed : value;
  };
  return {
    place,
    name: text(content.name),
    key: text(content.key),
    own: renaming.in(content.own),
    // Definitions are named with `tool:` in front.
    read: renaming.in(content.read),
  };
}

function compareLane(
  [before, after]: readonly [readonly Content[], readonly Content[]],
  explained: Set<string>,
): Pick<LaneDifference, 'steps' | 'repeated'> {
  const steps: StepDifference[] = [];
  let repeated = 0;
  for (const [left, right] of pairsOf(before, after)) {
    if (left === undefined || right === undefined) {
      steps.push(loneStep(left, right));
      continue;
    }
    const own = leavesBetween(left.own, right.own);
    const read = leavesBetween(left.read, right.read, '/read');
    const news = read.filter((leaf) => !explained.has(valuesOf(leaf)));
    repeated += read.length - news.length;
    for (const leaf of [...own, ...news]) explained.add(valuesOf(leaf));
    const leaves = [...own, ...news];
    if (leaves.length > 0) {
      steps.push({
        kind: 'changed',
        step: right.name,
        before: left.place,
        after: right.place,
        leaves,
      });
    }
  }
  return { steps, repeated };
}

type Pair = readonly [before: Content | undefined, after: Content | undefined];

const named = ({ name }: Content): string => name;

/** Equal steps stand together; between them those of the same name, in order. */
function pairsOf(before: readonly Content[], after: readonly Content[]): readonly Pair[] {
  const full = ({ name, key }: Content): string => `${name} ${key}`;
  const pairs: Pair[] = [];
  let gap: [Content[], Content[]] = [[], []];
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

function loneStep(before: Content | undefined, after: Content | undefined): StepDifference {
  return {
    kind: before === undefined ? 'added' : 'removed',
    step: (before ?? after)?.name ?? '',
    ...(before === undefined ? {} : { before: before.place }),
    ...(after === undefined ? {} : { after: after.place }),
    leaves: [],
  };
}

/** What a leaf says, wherever it stands. */
function valuesOf({ before, after }: Leaf): string {
  return `${said(before)} ${said(after)}`;
}

function tallyChanges(before: StoryTally, after: StoryTally): readonly TallyChange[] {
  const metrics = [
    'steps',
    'modelTurns',
    'toolCalls',
    'decisions',
    'inputTokens',
    'cachedTokens',
    'outputTokens',
  ] as const;
  return metrics.flatMap((metric) =>
    before[metric] === after[metric]
      ? []
      : [{ metric, before: before[metric], after: after[metric] }],
  );
}

function said(value: Json | undefined): string {
  return value === undefined ? '-' : canonicalJson(value);
}
