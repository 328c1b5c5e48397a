import type { Json } from '#harness';
import { canonicalJson } from '#harness/values';
import { asJson } from '../../format/json.ts';
import type { StoryStep } from '../story.ts';

/** What of a step is compared: without ids, which are by order of appearance, and without tokens, which are counted apart. */
export interface StepContent {
  /** What it is, such as `tool getCharges`. */
  readonly name: string;
  /** Tells it from others of the same name. */
  readonly key: string;
  readonly own: Json;
  /** What a model turn read beside what was read before: mostly repeats what earlier steps came to. */
  readonly read: Json;
}

export function stepContent(step: StoryStep): StepContent {
  switch (step.kind) {
    case 'model': {
      const { answer, context, model = null } = step;
      const { text, reasoning, others, finish = null, error = null } = answer;
      const calls = answer.calls.map(({ tool, input }) => ({ tool, input }));
      const own = asJson({ model, text, reasoning, calls, others, finish, error });
      return { name: 'model turn', key: canonicalJson(own), own, read: readOf(context) };
    }
    case 'tool': {
      const { tool, input, outcome, effect } = step;
      const own = asJson({ effect, input, outcome });
      return { name: `tool ${tool}`, key: canonicalJson(input), own, read: null };
    }
    case 'decision': {
      const own = asJson({ input: step.input, decision: step.decision });
      return { name: `decision on ${step.tool}`, key: canonicalJson(own), own, read: null };
    }
    case 'message':
    case 'clear':
    case 'steering':
    case 'clock':
    case 'dice': {
      const {
        index: _,
        line: __,
        place: ___,
        run: ____,
        agent: _____,
        subAgent: ______,
        kind,
        ...own
      } = step;
      const said = asJson(own);
      return { name: kind, key: canonicalJson(said), own: said, read: null };
    }
  }
}

function readOf(context: Extract<StoryStep, { kind: 'model' }>['context']): Json {
  if (context === undefined) return null;
  const { kept, dropped, added, system, tools, settings } = context;
  return asJson({ kept, dropped, system, tools, settings, messages: added.map(withoutIds) });
}

const idNames = new Set(['toolCallId', 'itemId', 'call_id', 'id', 'tool_call_id']);

/** A message without what was minted for it. */
function withoutIds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => !(idNames.has(name) && typeof each === 'string'))
      .map(([name, each]) => [name, isPayload(name) ? each : withoutIds(each)]),
  );
}

/** What tools are given and give holds ids of its own, which count. */
function isPayload(name: string): boolean {
  return name === 'input' || name === 'output' || name === 'arguments';
}
