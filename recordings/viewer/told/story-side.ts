import { type Definition, placeName } from '../../format/recording.ts';
import type { ModelStep, Story, StoryLane } from '../../story/story.ts';
import type { StoryTiming } from '../../timing/read-timed-story.ts';
import type { ItemPool } from '../item-pool.ts';
import type { Block, Context, Item, Json, Lane, Side, Step, Timing } from '../view.ts';
import { type DatabaseChanges, databasePanel, type StepChanges } from './database-changes.ts';
import { describeStep } from './describe-step.ts';
import { describeStory } from './describe-story.ts';
import { fieldsOf } from './fields-of.ts';
import { readMessage } from './read-message.ts';
import type { ViewedStory } from './viewed-story.ts';

/** What the whole of a view has in common, filled in as its sides are made. */
export interface ViewParts {
  readonly pool: ItemPool;
  /** By id; a lane's index is its place in it. */
  readonly lanes: Map<string, Lane>;
  /** Effect class of a tool, where it is known. */
  readonly effectOf: (tool: string) => string | undefined;
}

/** A recording, as one side of a view. */
export function storySide({ story, timing, database }: ViewedStory, parts: ViewParts): Side {
  const laneOfStep = new Map<number, number>();
  for (const lane of story.lanes) {
    const index = laneIndex(lane, parts.lanes);
    for (const step of lane.steps) laneOfStep.set(step, index);
  }
  const contextOf = contextReader(story, parts.pool);
  const parents = new Map(story.lanes.map(({ steps: [first], parent }) => [first, parent]));
  const steps = story.steps.map((step): Step => {
    const id = placeName(step.place);
    const parent = parents.get(step.index);
    const { links, panels, ...described } = describeStep(step, story, parts.effectOf);
    const context = step.kind === 'model' ? contextOf(step) : undefined;
    const changes = changesAt(id, database);
    const timed = timingAt(id, timing);
    return {
      id,
      lane: laneOfStep.get(step.index) ?? 0,
      line: step.line,
      ...described,
      panels: changes === undefined ? panels : [...panels, databasePanel(changes)],
      links:
        parent === undefined
          ? links
          : [{ label: '← sent out by the supervisor', step: parent }, ...links],
      ...(context === undefined ? {} : { context }),
      ...(timed === undefined ? {} : { timing: timed }),
    };
  });
  return {
    ...describeStory(story, timing),
    steps,
    ...(timing?.kind === 'measured' ? { clock: 'stopwatch' } : {}),
    ...(database?.kind === 'unknown' ? { databaseUnknown: database.reason } : {}),
  };
}

function changesAt(id: string, database: DatabaseChanges | undefined): StepChanges | undefined {
  return database?.kind === 'known' ? database.steps.get(id) : undefined;
}

function timingAt(id: string, timing: StoryTiming | undefined): Timing | undefined {
  const timed = timing?.kind === 'measured' ? timing.places.get(id) : undefined;
  if (timed === undefined) return undefined;
  const { start, took, ...pace } = timed;
  return { from: start, to: start + took, says: 'a stopwatch while it was recorded', ...pace };
}

function laneIndex({ lane, run, agent, subAgent }: StoryLane, lanes: Map<string, Lane>): number {
  if (!lanes.has(lane)) {
    const depth = agent === undefined ? 0 : subAgent > 0 ? 2 : 1;
    const who = subAgent > 0 ? `${agent} ${subAgent}` : agent;
    const label = who ?? (run === undefined ? lane : `run ${run}`);
    lanes.set(lane, { id: lane, label, depth });
  }
  return [...lanes.keys()].indexOf(lane);
}

function contextReader(story: Story, pool: ItemPool): (step: ModelStep) => Context | undefined {
  const defined = new Map(
    story.definitions.map((each): [string, number] => [each.id, pool.add(definitionItem(each))]),
  );
  const indexesOf = (ids: readonly string[]): readonly number[] =>
    ids.flatMap((id) => defined.get(id) ?? []);
  return ({ context }) => {
    if (context === undefined) return undefined;
    const { since, kept, added, system, tools, settings } = context;
    return {
      head: [...indexesOf(system), ...indexesOf(tools), ...settingsItems(settings).map(pool.add)],
      ...(since === undefined ? {} : { previous: since }),
      keep: kept,
      added: added.map((message) => pool.add(readMessage(message))),
    };
  };
}

function definitionItem(definition: Definition): Item {
  if (definition.t === 'prompt') {
    const { name, text } = definition;
    return { role: 'instructions', title: name, blocks: [{ kind: 'text', text }] };
  }
  const { name, description, ...rest } = fieldsOf(definition.definition);
  const says: readonly Block[] =
    typeof description === 'string' ? [{ kind: 'text', text: description }] : [];
  return {
    role: 'definition',
    title: typeof name === 'string' ? name : definition.id,
    blocks: [...says, { kind: 'data', label: 'definition', value: rest }],
  };
}

function settingsItems(settings: Readonly<Record<string, Json>>): readonly Item[] {
  if (Object.keys(settings).length === 0) return [];
  const blocks: readonly Block[] = [{ kind: 'data', label: 'settings', value: settings }];
  return [{ role: 'settings', title: 'settings', blocks }];
}
