import { z } from 'zod';
import {
  type Conversation,
  type ConversationMessage,
  joinSystem,
  mergeAssistantMessages,
  parseJsonOrText,
  readToolOutput,
} from '../conversation.ts';
import { ResponsesRefusalError } from './responses-refusal-error.ts';

const contentPart = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
  z.object({ type: z.enum(['input_image', 'input_file']) }),
]);
const content = z.union([z.string(), z.array(contentPart)]);

const inputItem = z.preprocess(
  // The API takes a message without `type`.
  (item) =>
    typeof item === 'object' && item !== null && 'role' in item
      ? { type: 'message', ...item }
      : item,
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('message'),
      role: z.enum(['system', 'developer', 'user', 'assistant']),
      content,
    }),
    z.object({
      type: z.literal('function_call'),
      call_id: z.string().min(1),
      name: z.string().min(1),
      arguments: z.string(),
    }),
    z.object({
      type: z.literal('function_call_output'),
      call_id: z.string().min(1),
      output: content,
    }),
    z.object({ type: z.literal('item_reference'), id: z.string() }),
    z.object({ type: z.literal('reasoning') }),
  ]),
);

const requestSchema = z.object({
  model: z.string().min(1),
  input: z.union([
    z
      .string()
      .transform((text) => [{ type: 'message' as const, role: 'user' as const, content: text }]),
    z.array(inputItem),
  ]),
  instructions: z.string().nullish(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  // Both continue a conversation kept at the provider; this server keeps single items only.
  previous_response_id: z.null().optional(),
  conversation: z.null().optional(),
});

export type ResponsesRequest = z.infer<typeof requestSchema>;
export type InputItem = z.infer<typeof inputItem>;

/** @throws ResponsesRefusalError naming the first field that is wrong. */
export function parseResponsesRequest(text: string): ResponsesRequest {
  const parsed = requestSchema.safeParse(parseBody(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw new ResponsesRefusalError({
    status: 400,
    code: 'invalid_request',
    message: `Invalid request at '${place}': ${issue?.message ?? 'not understood'}.`,
  });
}

/**
 * The conversation of a request; `stored` holds the items that an `item_reference` may name.
 * @throws ResponsesRefusalError when a reference or a call's output refers to nothing.
 */
export function conversationFromRequest(
  request: ResponsesRequest,
  stored: ReadonlyMap<string, InputItem>,
): Conversation {
  const items = request.input.map((item) => resolve(item, stored));
  const toolOfCall = new Map(
    items.flatMap((item) =>
      item.type === 'function_call' ? [[item.call_id, item.name] as const] : [],
    ),
  );
  return {
    system: joinSystem([
      ...(request.instructions ? [request.instructions] : []),
      ...items.flatMap(systemText),
    ]),
    tools: (request.tools ?? []).map((tool) => tool.name ?? tool.type),
    messages: mergeAssistantMessages(items.flatMap((item) => messagesOf(item, toolOfCall))),
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ResponsesRefusalError({
      status: 400,
      code: 'invalid_json',
      message: `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    });
  }
}

function resolve(item: InputItem, stored: ReadonlyMap<string, InputItem>): InputItem {
  if (item.type !== 'item_reference') return item;
  const found = stored.get(item.id);
  if (found !== undefined) return found;
  throw new ResponsesRefusalError({
    status: 404,
    code: 'item_not_found',
    message: `Item with id '${item.id}' not found: items are not kept when 'store' is false.`,
  });
}

function systemText(item: InputItem): string[] {
  const isSystem = item.type === 'message' && (item.role === 'system' || item.role === 'developer');
  return isSystem ? [textOf(item.content)] : [];
}

function messagesOf(
  item: InputItem,
  toolOfCall: ReadonlyMap<string, string>,
): ConversationMessage[] {
  switch (item.type) {
    case 'message': {
      const text = textOf(item.content);
      if (item.role === 'user') return [{ role: 'user', text }];
      return item.role === 'assistant' ? [{ role: 'assistant', text, calls: [] }] : [];
    }
    case 'function_call': {
      const call = {
        tool: item.name,
        callId: item.call_id,
        input: parseJsonOrText(item.arguments),
      };
      return [{ role: 'assistant', text: '', calls: [call] }];
    }
    case 'function_call_output': {
      const tool = toolOfCall.get(item.call_id);
      if (tool === undefined) throw callNotFound(item.call_id);
      return [{ role: 'tool', tool, callId: item.call_id, ...readToolOutput(textOf(item.output)) }];
    }
    case 'item_reference':
    case 'reasoning':
      return [];
  }
}

function callNotFound(callId: string): ResponsesRefusalError {
  return new ResponsesRefusalError({
    status: 400,
    code: 'call_not_found',
    message: `No tool call found for function call output with call_id ${callId}.`,
  });
}

function textOf(value: z.infer<typeof content>): string {
  if (typeof value === 'string') return value;
  return value.map((part) => ('text' in part ? part.text : '[file]')).join('\n');
}
