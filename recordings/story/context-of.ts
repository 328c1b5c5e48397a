import type { Json } from '#harness';
import { firstDifference } from '../format/json.ts';
import type { Definition } from '../format/recording.ts';
import type { ModelStep, Story } from './story.ts';

/** All that a model turn read. */
export interface Context {
  readonly system: readonly Extract<Definition, { t: 'prompt' }>[];
  readonly tools: readonly Extract<Definition, { t: 'tool-definition' }>[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly messages: readonly Json[];
}

/** What a model turn read beside what its predecessor did; ids are those of definitions. */
export interface ContextChange {
  readonly system: Exchanged;
  readonly tools: Exchanged;
  /** Settings that are not as they were; a side is missing where the setting is. */
  readonly settings: readonly {
    readonly name: string;
    readonly before?: Json;
    readonly after?: Json;
  }[];
}

interface Exchanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Undefined when only the answer was kept. */
export function contextOf(story: Story, step: ModelStep): Context | undefined {
  if (step.context === undefined) return undefined;
  const byId = new Map(story.definitions.map((definition) => [definition.id, definition]));
  const { system, tools, settings } = step.context;
  return {
    system: system.flatMap((id) => {
      const found = byId.get(id);
      return found?.t === 'prompt' ? [found] : [];
    }),
    tools: tools.flatMap((id) => {
      const found = byId.get(id);
      return found?.t === 'tool-definition' ? [found] : [];
    }),
    settings,
    messages: messagesOf(story, step),
  };
}

/** Undefined for a turn that has no predecessor, or whose context was not kept. */
export function contextChangeOf(story: Story, { context }: ModelStep): ContextChange | undefined {
  const before =
    context?.since === undefined ? undefined : modelStepAt(story, context.since)?.context;
  if (context === undefined || before === undefined) return undefined;
  const names = new Set([...Object.keys(before.settings), ...Object.keys(context.settings)]);
  return {
    system: exchanged(before.system, context.system),
    tools: exchanged(before.tools, context.tools),
    settings: [...names].flatMap((name) => {
      const [from, to] = [before.settings[name], context.settings[name]];
      if (firstDifference(name, from, to) === undefined) return [];
      return [
        {
          name,
          ...(from === undefined ? {} : { before: from }),
          ...(to === undefined ? {} : { after: to }),
        },
      ];
    }),
  };
}

/** Walks from turn to predecessor until all that was taken over is found. */
function messagesOf(story: Story, step: ModelStep): readonly Json[] {
  const pieces: (readonly Json[])[] = [];
  let delta = step.context;
  let wanted = Number.POSITIVE_INFINITY;
  while (delta !== undefined && wanted > 0) {
    pieces.push(delta.added.slice(0, Math.max(0, wanted - delta.kept)));
    wanted = Math.min(wanted, delta.kept);
    delta = delta.since === undefined ? undefined : modelStepAt(story, delta.since)?.context;
  }
  return pieces.toReversed().flat();
}

function modelStepAt({ steps }: Story, index: number): ModelStep | undefined {
  const step = steps[index];
  return step?.kind === 'model' ? step : undefined;
}

function exchanged(before: readonly string[], after: readonly string[]): Exchanged {
  return {
    added: after.filter((id) => !before.includes(id)),
    removed: before.filter((id) => !after.includes(id)),
  };
}
