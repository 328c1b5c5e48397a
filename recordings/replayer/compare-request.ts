import type { Json } from '#harness';
import type { ModelName } from '../format/header.ts';
import { asJson, type Difference, firstDifference } from '../format/json.ts';
import { type ModelRequest, toolName } from '../format/model-request.ts';
import { comparable } from '../format/redaction.ts';
import { compareMessages } from './compare-messages.ts';
import type { DivergenceClass, Drift } from './divergence.ts';
import { findCause } from './find-cause.ts';
import type { AnyTape } from './tape.ts';

/** A request, and who is asked, where that is compared. */
type AddressedRequest = ModelRequest & { readonly model?: ModelName };

/** Everything that a request differs in, by parts, and the parts that are equal. */
interface RequestComparison {
  readonly found: readonly (Pick<Drift, 'class' | 'cause'> & { readonly difference: Difference })[];
  readonly equal: readonly string[];
}

/** Compares two requests part by part. What differs in the messages is traced to where it comes from. */
export function compareRequest(
  recorded: AddressedRequest,
  asked: AddressedRequest,
  tape: AnyTape,
): RequestComparison {
  const before = partsOf(recorded);
  const now = partsOf(asked);
  const parts: readonly (readonly [DivergenceClass, string, Difference | undefined])[] = [
    ['MODEL', 'model', firstDifference('model', before.model, now.model)],
    ['SYSTEM', 'system', firstDifference('system', before.system, now.system)],
    ['TOOLS', 'tools', compareTools(recorded.tools, asked.tools)],
    ['SCHEMA', 'schema', firstDifference('schema', before.schema, now.schema)],
    ['PARAMS', 'settings', firstDifference('settings', before.settings, now.settings)],
  ];
  const said = comparableMessages(recorded, asked);
  const messages = compareMessages(...said).map((difference) => ({
    class: 'MESSAGE' as const,
    difference,
    ...findCause(difference, said, tape),
  }));
  return {
    found: [
      ...parts.flatMap(([kind, , difference]) =>
        difference === undefined ? [] : [{ class: kind, difference }],
      ),
      ...messages,
    ],
    equal: [
      ...parts.flatMap(([, name, difference]) => (difference === undefined ? [name] : [])),
      ...(messages.length === 0 ? ['messages'] : []),
    ],
  };
}

function comparableMessages(
  recorded: ModelRequest,
  asked: ModelRequest,
): readonly [recorded: readonly Json[], asked: readonly Json[]] {
  const [before, now] = comparable([...recorded.messages], [...asked.messages]);
  return [Array.isArray(before) ? before : [], Array.isArray(now) ? now : []];
}

function partsOf({ model, system, settings }: AddressedRequest): {
  readonly model: Json | undefined;
  readonly system: Json;
  readonly schema: Json | undefined;
  readonly settings: Json;
} {
  const { responseFormat: schema, ...others } = settings;
  return {
    model: model === undefined ? undefined : asJson(model),
    system: [...system],
    schema,
    settings: others,
  };
}

/** Tools are compared by name, so that one tool more does not make all that follow it look changed. */
function compareTools(recorded: readonly Json[], asked: readonly Json[]): Difference | undefined {
  return (
    renamedTool(recorded, asked) ??
    firstDifference('tools', byName(recorded), byName(asked)) ??
    firstDifference('order of tools', recorded.map(toolName), asked.map(toolName))
  );
}

/** A tool that is gone beside one that came, which says the same of itself in all but its name. */
function renamedTool(recorded: readonly Json[], asked: readonly Json[]): Difference | undefined {
  const gone = without(recorded, asked);
  const come = without(asked, recorded);
  for (const before of gone) {
    const now = come.find((tool) => sameButName(before, tool));
    if (now === undefined) continue;
    const name = toolName(before);
    return { subject: 'tools', pointer: `/${name}/name`, recorded: name, asked: toolName(now) };
  }
  return undefined;
}

function without(tools: readonly Json[], others: readonly Json[]): readonly Json[] {
  const names = new Set(others.map(toolName));
  return tools.filter((tool) => !names.has(toolName(tool)));
}

function sameButName(left: Json, right: Json): boolean {
  return firstDifference('tool', nameless(left), nameless(right)) === undefined;
}

function nameless(tool: Json): Json {
  return typeof tool === 'object' && tool !== null && !Array.isArray(tool)
    ? { ...tool, name: '' }
    : tool;
}

function byName(tools: readonly Json[]): Json {
  return Object.fromEntries(tools.map((tool) => [toolName(tool), tool]));
}
