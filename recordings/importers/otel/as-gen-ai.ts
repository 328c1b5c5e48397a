import type { Json } from '#harness';
import { flatList } from './flat-list.ts';
import type { Attributes } from './span.ts';

/**
 * What OpenInference (Phoenix), Langfuse, MLflow and early Logfire say of a call, under the names of the GenAI conventions; what
 * a span says under those itself stands.
 */
export function asGenAi(attributes: Attributes): Attributes {
  const added = [openInference, langfuse, mlflow, logfire].flatMap((read) =>
    Object.entries(read(attributes)),
  );
  const known = added.flatMap(([name, value]): [string, Json][] =>
    value === undefined || attributes[name] !== undefined ? [] : [[name, value]],
  );
  return known.length === 0 ? attributes : { ...Object.fromEntries(known), ...attributes };
}

type Renamed = Readonly<Record<string, Json | undefined>>;

const operations: ReadonlyMap<string, string> = new Map([
  ['LLM', 'chat'],
  ['CHAT_MODEL', 'chat'],
  ['GENERATION', 'chat'],
  ['EMBEDDING', 'embeddings'],
  ['TOOL', 'execute_tool'],
  ['AGENT', 'invoke_agent'],
  ['CHAIN', 'invoke_workflow'],
  ['SPAN', 'invoke_workflow'],
]);

/** Of what is no call is kept what it says it is. */
function operationOf(kind: Json | undefined): string | undefined {
  if (typeof kind !== 'string') return undefined;
  return operations.get(kind.toUpperCase()) ?? kind.toLowerCase();
}

function openInference(attributes: Attributes): Renamed {
  const kind = attributes['openinference.span.kind'];
  if (kind === undefined) return {};
  return {
    'gen_ai.operation.name': operationOf(kind),
    'gen_ai.request.model': attributes['llm.model_name'],
    'gen_ai.provider.name': attributes['llm.provider'] ?? attributes['llm.system'],
    'gen_ai.input.messages':
      messagesUnder(attributes, 'llm.input_messages') ?? attributes['input.value'],
    'gen_ai.output.messages':
      messagesUnder(attributes, 'llm.output_messages') ?? attributes['output.value'],
    'gen_ai.tool.definitions': flatList(attributes, 'llm.tools'),
    'gen_ai.usage.input_tokens': attributes['llm.token_count.prompt'],
    'gen_ai.usage.output_tokens': attributes['llm.token_count.completion'],
    'gen_ai.request.parameters': attributes['llm.invocation_parameters'],
  };
}

/** Each stands as the `message` of its place. */
function messagesUnder(attributes: Attributes, prefix: string): Json | undefined {
  const list = flatList(attributes, prefix);
  if (!Array.isArray(list)) return undefined;
  return list.map((each) =>
    isRecord(each) && each['message'] !== undefined ? each['message'] : each,
  );
}

function langfuse(attributes: Attributes): Renamed {
  const kind = attributes['langfuse.observation.type'];
  if (kind === undefined) return {};
  const usage = recordIn(attributes['langfuse.observation.usage_details']);
  return {
    'gen_ai.operation.name': operationOf(kind),
    'gen_ai.request.model': attributes['langfuse.observation.model.name'],
    'gen_ai.input.messages': attributes['langfuse.observation.input'],
    'gen_ai.output.messages': attributes['langfuse.observation.output'],
    'gen_ai.usage.input_tokens': usage['input'] ?? usage['input_tokens'] ?? usage['prompt_tokens'],
    'gen_ai.usage.output_tokens':
      usage['output'] ?? usage['output_tokens'] ?? usage['completion_tokens'],
    'gen_ai.request.parameters': attributes['langfuse.observation.model.parameters'],
  };
}

function mlflow(attributes: Attributes): Renamed {
  const kind = unpacked(attributes['mlflow.spanType']);
  if (kind === undefined) return {};
  const asked = recordIn(attributes['mlflow.spanInputs']);
  const usage = recordIn(attributes['mlflow.chat.tokenUsage']);
  return {
    'gen_ai.operation.name': operationOf(kind),
    'gen_ai.request.model': unpacked(attributes['mlflow.llm.model']) ?? asked['model'],
    'gen_ai.input.messages': asked['messages'] ?? attributes['mlflow.spanInputs'],
    'gen_ai.output.messages': attributes['mlflow.spanOutputs'],
    'gen_ai.tool.definitions': attributes['mlflow.chat.tools'],
    'gen_ai.usage.input_tokens': usage['input_tokens'],
    'gen_ai.usage.output_tokens': usage['output_tokens'],
  };
}

function logfire(attributes: Attributes): Renamed {
  const asked = recordIn(attributes['request_data']);
  const answered = recordIn(attributes['response_data']);
  const said = answered['message'] ?? answered['combined_chunk_content'];
  return {
    'gen_ai.input.messages': asked['messages'] ?? asked['input'],
    'gen_ai.output.messages': said === undefined ? undefined : [said],
  };
}

function recordIn(value: Json | undefined): { readonly [property: string]: Json } {
  const held = unpacked(value);
  return held !== undefined && isRecord(held) ? held : {};
}

function unpacked(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[{["]/.test(value)) return value;
  try {
    const parsed: Json = JSON.parse(value);
    return parsed;
  } catch {
    // Cut by the tracer.
    return value;
  }
}

function isRecord(value: Json): value is { [property: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
