import type { Json } from '#harness';
import type { Answer } from '../story/story.ts';

type Fields = Readonly<Record<string, Json>>;

/** A message that a model read, as `gen_ai.input.messages` has it: who says it, in parts. */
export function inputMessage(message: Json): Json {
  const { role, content } = fieldsOf(message);
  const parts = Array.isArray(content) ? content : content === undefined ? [message] : [content];
  return { role: typeof role === 'string' ? role : 'user', parts: parts.map(partOf) };
}

/** What a model said, as `gen_ai.output.messages` has it. */
export function outputMessage({ text, reasoning, calls, finish, error }: Answer): Json {
  return {
    role: 'assistant',
    parts: [
      ...(reasoning === '' ? [] : [{ type: 'reasoning', content: reasoning }]),
      ...(text === '' ? [] : [{ type: 'text', content: text }]),
      ...calls.map(({ call, tool, input }) => toolCall(call, tool, input)),
    ],
    finish_reason: finish ?? (error === undefined ? 'unknown' : 'error'),
  };
}

function partOf(part: Json): Json {
  if (typeof part === 'string') return { type: 'text', content: part };
  const {
    type,
    text,
    toolCallId = '',
    toolName = '',
    input = null,
    output = null,
  } = fieldsOf(part);
  if (typeof text === 'string') {
    return { type: type === 'reasoning' ? 'reasoning' : 'text', content: text };
  }
  if (type === 'tool-call') return toolCall(toolCallId, toolName, input);
  if (type === 'tool-result') {
    const { value } = fieldsOf(output);
    return { type: 'tool_call_response', id: toolCallId, response: value ?? output };
  }
  // The conventions let a part be of a type of its own.
  return typeof type === 'string' ? part : { type: 'data', content: part };
}

function toolCall(id: Json, name: Json, input: Json): Json {
  return { type: 'tool_call', id, name, arguments: input };
}

/** A tool, as `gen_ai.tool.definitions` has it. */
export function toolDefinition(definition: Json): Json {
  const { inputSchema, type = 'function', ...said } = fieldsOf(definition);
  return { type, ...said, ...(inputSchema === undefined ? {} : { parameters: inputSchema }) };
}

export function fieldsOf(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
