import { fingerprint, type Json } from '#harness';
import { type ModelRequest, toolName } from '../format/model-request.ts';
import type { Definition } from '../format/recording.ts';
import type { ChangedDefinition } from './divergence.ts';

/** Which of a request's prompts and tools are others now, by their fingerprints. */
export function changedDefinitions(
  recorded: ModelRequest,
  asked: ModelRequest,
  definitions: readonly Definition[],
): readonly ChangedDefinition[] {
  const promptOf = (text: string): string => {
    const print = fingerprint(text);
    const known = definitions.find(
      (each) => each.t === 'prompt' && (each.fingerprint === print || each.text === text),
    );
    return known?.id ?? 'prompt';
  };
  const texts = recorded.system.map((text, index) => ({
    id: promptOf(text),
    ...prints(text, asked.system[index]),
  }));
  const now = new Map(asked.tools.map((tool) => [toolName(tool), tool]));
  const before = new Set(recorded.tools.map(toolName));
  const tools = recorded.tools.map((tool) => ({
    id: `tool:${toolName(tool)}`,
    ...prints(tool, now.get(toolName(tool))),
  }));
  const added = asked.tools
    .filter((tool) => !before.has(toolName(tool)))
    .map((tool) => ({ id: `tool:${toolName(tool)}`, now: fingerprint(tool) }));
  return [...[...texts, ...tools].filter(isChanged), ...added];
}

function prints(before: Json, now: Json | undefined): Omit<ChangedDefinition, 'id'> {
  return {
    recorded: fingerprint(before),
    ...(now === undefined ? {} : { now: fingerprint(now) }),
  };
}

const isChanged = ({ recorded, now }: ChangedDefinition): boolean => recorded !== now;
