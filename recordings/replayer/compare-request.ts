import type { Json } from '#harness';
import { type Difference, firstDifference } from '../format/json.ts';
import { type ModelRequest, toolName } from '../format/model-request.ts';
import type { DivergenceClass } from './divergence.ts';

/** What a request differs in: the first part that does, and the parts that are equal. */
export interface RequestDifference {
  readonly class: DivergenceClass;
  readonly difference: Difference;
  readonly equal: readonly string[];
}

/** Compares two requests part by part; undefined when they are equal. */
export function compareRequest(
  recorded: ModelRequest,
  asked: ModelRequest,
): RequestDifference | undefined {
  const parts: readonly (readonly [DivergenceClass, string, Difference | undefined])[] = [
    ['SYSTEM', 'system', firstDifference('system', [...recorded.system], [...asked.system])],
    ['TOOLS', 'tools', compareTools(recorded.tools, asked.tools)],
    [
      'PARAMS',
      'settings',
      firstDifference('settings', { ...recorded.settings }, { ...asked.settings }),
    ],
    [
      'MESSAGE',
      'messages',
      firstDifference('messages', [...recorded.messages], [...asked.messages]),
    ],
  ];
  const first = parts.find(([, , difference]) => difference !== undefined);
  if (first?.[2] === undefined) return undefined;
  const equal = parts
    .filter(([, , difference]) => difference === undefined)
    .map(([, name]) => name);
  return { class: first[0], difference: first[2], equal };
}

/** Tools are compared by name, so that one tool more does not make all that follow it look changed. */
function compareTools(recorded: readonly Json[], asked: readonly Json[]): Difference | undefined {
  return (
    firstDifference('tools', byName(recorded), byName(asked)) ??
    firstDifference('order of tools', recorded.map(toolName), asked.map(toolName))
  );
}

function byName(tools: readonly Json[]): Json {
  return Object.fromEntries(tools.map((tool) => [toolName(tool), tool]));
}
