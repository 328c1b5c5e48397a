import { canonicalJson } from '#harness';
import { toolName } from '../format/model-request.ts';
import type { Definition } from '../format/recording.ts';
import {
  compareDefinitions,
  type DefinitionChange,
} from '../story/difference/compare-definitions.ts';
import type { Story } from '../story/story.ts';
import type { DefinitionsToday } from './definitions-today.ts';

/** Something that a recorded model was told and would not be told today. */
export interface Drift {
  /** As replays name it. */
  readonly class: 'SYSTEM' | 'TOOLS';
  /** From what is recorded to what there is now. */
  readonly change: DefinitionChange;
}

/**
 * Compares what the agents of a recording were shown with what they are shown today. Prompts that are made in the middle of
 * a run (plans, summaries) have no name and are left out: only a replay shows those. So is what a fork tells an agent instead of
 * its own prompt: it holds for that fork, whatever the code says.
 */
export function findDrift(story: Story, today: DefinitionsToday): readonly Drift[] {
  const found = new Map<string, DefinitionChange>();
  for (const [agent, recorded] of recordedDefinitions(story)) {
    const hasPrompt = recorded.some(({ t }) => t === 'prompt');
    const now = (today.get(agent) ?? [])
      .filter(({ t }) => t !== 'prompt' || hasPrompt || forkedPrompt(story, agent) === undefined)
      .map(byName);
    for (const change of compareDefinitions(recorded, now).changes) {
      found.set(canonicalJson(change), change);
    }
  }
  return [...found.values()].map((change) => ({
    class: change.kind.startsWith('tool') ? 'TOOLS' : 'SYSTEM',
    change,
  }));
}

const forkedPrompt = ({ forkedFrom }: Story, agent: string): string | undefined =>
  forkedFrom?.prompts?.[agent];

function recordedDefinitions(story: Story): ReadonlyMap<string, readonly Definition[]> {
  const { steps, definitions } = story;
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const ofAgent = new Map<string, Map<string, Definition>>();
  for (const step of steps) {
    if (step.kind !== 'model' || step.agent === undefined || step.context === undefined) continue;
    const { system, tools } = step.context;
    const shown = [...system, ...tools].flatMap((id) => byId.get(id) ?? []);
    // A turn under a prompt of its own may have tools of its own, too.
    if (shown.some((each) => each.t === 'prompt' && each.name === unnamed)) continue;
    const known = ofAgent.get(step.agent) ?? new Map<string, Definition>();
    const forked = forkedPrompt(story, step.agent);
    const own = shown.filter((each) => each.t !== 'prompt' || each.text !== forked);
    for (const each of own.map(byName)) known.set(each.id, each);
    ofAgent.set(step.agent, known);
  }
  return new Map([...ofAgent].map(([agent, known]) => [agent, [...known.values()]]));
}

/** The name of prompts that are no agent's. */
const unnamed = 'unnamed';

/** Within one agent names are unique; `~2` only tells agents apart. */
function byName(definition: Definition): Definition {
  return definition.t === 'prompt'
    ? { ...definition, id: `prompt:${definition.name}` }
    : { ...definition, id: `tool:${toolName(definition.definition)}` };
}
