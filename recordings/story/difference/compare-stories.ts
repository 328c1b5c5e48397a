import type { ExchangePlace, Json } from '#harness';
import { canonicalJson } from '#harness/values';
import { asJson } from '../../format/json.ts';
import type { Story } from '../story.ts';
import { type StoryTally, tallyStory } from '../tally-story.ts';
import { alignStories, type PlacedContent, type StepPair } from './align-stories.ts';
import { compareDefinitions, type DefinitionChange } from './compare-definitions.ts';
import { type Leaf, leavesBetween } from './leaves.ts';

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
  const aligned = alignStories(before, after, renaming);
  const lanes = aligned.flatMap(({ lane, pairs }): readonly LaneDifference[] => {
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

function compareLane(
  pairs: readonly StepPair[],
  explained: Set<string>,
): Pick<LaneDifference, 'steps' | 'repeated'> {
  const steps: StepDifference[] = [];
  let repeated = 0;
  for (const [left, right] of pairs) {
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

function loneStep(
  before: PlacedContent | undefined,
  after: PlacedContent | undefined,
): StepDifference {
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
