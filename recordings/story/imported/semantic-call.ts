import type { Json } from '#harness';
import type { SemanticExchange } from '../../format/imported-exchange.ts';
import type { ModelRequest } from '../../format/model-request.ts';
import { jsonOrText, type ReadAnswer } from '../read-answer.ts';

/** A call as an observer told it, with its texts and calls where they can be told apart, and as it stands where not. */
export function semanticCall({
  model,
  request,
  answer,
  finishReasons: [finish],
  usage,
}: SemanticExchange): {
  readonly model: string;
  readonly request: ModelRequest;
  readonly answer: ReadAnswer;
} {
  return {
    model,
    request: readRequest(request),
    answer: {
      ...readAnswer(answer),
      ...(finish === undefined ? {} : { finish }),
      tokens: usage,
    },
  };
}

function readRequest(request: Json): ModelRequest {
  const { system, messages, tools, ...settings } = fieldsOf(request);
  if (!Array.isArray(messages)) {
    const whole = Object.keys(fieldsOf(request)).length === 0 ? [] : [request];
    return { system: [], tools: [], settings: {}, messages: whole };
  }
  return {
    system: textsIn(system),
    tools: Array.isArray(tools) ? tools : [],
    settings,
    messages: messages.map(plainMessage),
  };
}

function readAnswer(answer: Json): Pick<ReadAnswer, 'text' | 'reasoning' | 'calls' | 'error'> {
  const { messages, error, ...others } = fieldsOf(answer);
  const isOfParts = Array.isArray(messages) && messages.every((each) => 'parts' in fieldsOf(each));
  const failure =
    typeof error === 'string'
      ? { error: { code: error, message: 'The call failed.', retryable: false } }
      : {};
  if (!isOfParts || Object.keys(others).length > 0) {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return { text, reasoning: '', calls: [], ...failure };
  }
  const parts = messages.flatMap((each) => partsOf(each).map(fieldsOf));
  const said = (type: string): string =>
    parts.flatMap((part) => (part['type'] === type ? textsIn(part['content']) : [])).join('');
  return {
    text: said('text'),
    reasoning: said('reasoning'),
    calls: parts.flatMap(({ type, id, name, arguments: input = null }) =>
      type === 'tool_call'
        ? [
            {
              call: nameOf(id),
              tool: nameOf(name),
              input: typeof input === 'string' ? jsonOrText(input) : input,
            },
          ]
        : [],
    ),
    ...failure,
  };
}

/** A message in parts, as the AI SDK would say it; any other as it is. */
function plainMessage(message: Json): Json {
  const { role = 'user', parts } = fieldsOf(message);
  return Array.isArray(parts) ? { role, content: parts.map(plainPart) } : message;
}

function plainPart(part: Json): Json {
  const { type, content, id, name, arguments: input, response } = fieldsOf(part);
  if (typeof content === 'string') return { type: nameOf(type), text: content };
  if (type === 'tool_call') {
    return {
      type: 'tool-call',
      toolCallId: nameOf(id),
      toolName: nameOf(name),
      input: input ?? null,
    };
  }
  if (type === 'tool_call_response') {
    const output = { type: 'json', value: response ?? null };
    return { type: 'tool-result', toolCallId: nameOf(id), toolName: 'the tool', output };
  }
  return part;
}

function partsOf(message: Json): readonly Json[] {
  const { parts } = fieldsOf(message);
  return Array.isArray(parts) ? parts : [];
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) =>
    textsIn(typeof each === 'string' ? each : fieldsOf(each)['content']),
  );
}

const nameOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
