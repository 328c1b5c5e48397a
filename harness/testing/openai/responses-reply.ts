import { randomBytes } from 'node:crypto';
import type { ScriptedAnswer, ScriptedItem } from '../scripted-answer.ts';
import { deltasOf } from '../scripted-answer.ts';
import type { InputItem, ResponsesRequest } from './responses-request.ts';

/** What is sent: the body in the pieces it is written in, and where a fault would strike. */
export interface Reply {
  readonly contentType: string;
  readonly frames: readonly string[];
  /** How many frames have been written when the first output has. */
  readonly begunAt: number;
  /** The frames that end the reply in the API's own error instead. */
  readonly failedFrames: readonly string[];
  readonly garbageFrame: string;
}

/** A response and the items of it a later request may refer to. */
export interface Response {
  readonly body: Readonly<Record<string, unknown>>;
  readonly output: readonly OutputItem[];
}

type OutputItem = MessageItem | FunctionCallItem;

interface MessageItem {
  readonly type: 'message';
  readonly id: string;
  readonly role: 'assistant';
  readonly status: 'completed';
  readonly content: readonly [
    {
      readonly type: 'output_text';
      readonly text: string;
      readonly annotations: readonly [];
      readonly logprobs: readonly [];
    },
  ];
}

interface FunctionCallItem {
  readonly type: 'function_call';
  readonly id: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
  readonly status: 'completed';
}

const DELTA_CHARACTERS = 12;
const failure = { code: 'server_error', message: 'The server had an error while answering.' };

/** A random id with the API's prefix, as the real service gives them. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(24).toString('hex')}`;
}

/** Builds the response object around an answer: ids and time are chance, the rest is not. */
export function respond(request: ResponsesRequest, answer: ScriptedAnswer): Response {
  const { inputTokens, outputTokens } = answer.usage;
  const output = answer.items.map(outputItem);
  const body = {
    id: randomId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    model: request.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    service_tier: 'default',
    store: request.store ?? true,
    tools: request.tools ?? [],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
    metadata: {},
  };
  return { body, output };
}

/** The item as a later request's `item_reference` stands for it. */
export function storedItem(item: OutputItem): readonly [id: string, item: InputItem] {
  if (item.type === 'function_call') return [item.id, item];
  return [item.id, { type: 'message', role: 'assistant', content: item.content[0].text }];
}

/** The response in one JSON body, written in two pieces. */
export function jsonReply({ body }: Response): Reply {
  const text = JSON.stringify(body);
  const half = Math.floor(text.length / 2);
  const error = { ...failure, type: 'server_error', param: null };
  return {
    contentType: 'application/json',
    frames: [text.slice(0, half), text.slice(half)],
    begunAt: 1,
    failedFrames: [JSON.stringify({ ...body, status: 'failed', error, output: [], usage: null })],
    garbageFrame: '{not json}',
  };
}

/** The response as server-sent events, one frame each. */
export function streamReply(response: Response, deltaCharacters = DELTA_CHARACTERS): Reply {
  const events = [...streamEvents(response, deltaCharacters)];
  const frames = events.map((event, sequence) => sse({ ...event, sequence_number: sequence }));
  const firstDelta = events.findIndex((event) => event.type.endsWith('.delta'));
  const begunAt = firstDelta === -1 ? frames.length - 1 : firstDelta + 1;
  const error = { type: 'error', ...failure, param: null, sequence_number: begunAt };
  return {
    contentType: 'text/event-stream; charset=utf-8',
    frames,
    begunAt,
    failedFrames: [...frames.slice(0, begunAt), sse(error)],
    garbageFrame: 'data: {not json}\n\n',
  };
}

interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

function sse(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function* streamEvents({ body, output }: Response, characters: number): Generator<StreamEvent> {
  const opened = { ...body, status: 'in_progress', output: [], usage: null };
  yield { type: 'response.created', response: opened };
  yield { type: 'response.in_progress', response: opened };
  for (const [index, item] of output.entries()) {
    yield* item.type === 'message'
      ? messageEvents(item, index, characters)
      : callEvents(item, index, characters);
  }
  yield { type: 'response.completed', response: body };
}

function* messageEvents(
  item: MessageItem,
  index: number,
  characters: number,
): Generator<StreamEvent> {
  const place = { item_id: item.id, output_index: index, content_index: 0 };
  const [part] = item.content;
  const opened = { ...item, status: 'in_progress', content: [] };
  yield { type: 'response.output_item.added', output_index: index, item: opened };
  yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } };
  for (const delta of deltasOf(part.text, characters)) {
    yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] };
  }
  yield { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] };
  yield { type: 'response.content_part.done', ...place, part };
  yield { type: 'response.output_item.done', output_index: index, item };
}

function* callEvents(
  item: FunctionCallItem,
  index: number,
  characters: number,
): Generator<StreamEvent> {
  const place = { item_id: item.id, output_index: index };
  const opened = { ...item, status: 'in_progress', arguments: '' };
  yield { type: 'response.output_item.added', output_index: index, item: opened };
  for (const delta of deltasOf(item.arguments, characters)) {
    yield { type: 'response.function_call_arguments.delta', ...place, delta };
  }
  yield { type: 'response.function_call_arguments.done', ...place, arguments: item.arguments };
  yield { type: 'response.output_item.done', output_index: index, item };
}

function outputItem(item: ScriptedItem): OutputItem {
  if (item.kind === 'text') {
    return {
      type: 'message',
      id: randomId('msg'),
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: item.text, annotations: [], logprobs: [] }],
    };
  }
  return {
    type: 'function_call',
    id: randomId('fc'),
    call_id: randomId('call'),
    name: item.tool,
    arguments: item.arguments,
    status: 'completed',
  };
}
