import { z } from 'zod';
import type { Json } from '#harness';
import type { OpenAiCall } from '../../format/imported-exchange.ts';
import { type AnswerContent, failure } from './answer-content.ts';
import { doneMarker } from './parse-event-stream.ts';

const text = z.string().nullish();
const tokens = z.number().nullish();

const itemSchema = z.object({
  type: z.string(),
  call_id: z.string().nullish(),
  name: text,
  /** A text, and an object where OpenAI itself executes the call. */
  arguments: z.unknown().optional(),
  input: z.unknown().optional(),
  content: z.unknown().optional(),
});
type Item = z.infer<typeof itemSchema>;
const contentSchema = z.array(z.object({ type: z.string(), text, refusal: text }));
const responseSchema = z.object({
  output: z.array(itemSchema).default([]),
  usage: z.object({ input_tokens: tokens, output_tokens: tokens }).nullish(),
  error: z.unknown().optional(),
  incomplete_details: z.object({ reason: text }).nullish(),
});
const responseEventSchema = z.object({
  type: z.string(),
  item: itemSchema.nullish(),
  response: z.unknown().optional(),
});

const callSchema = z.object({
  index: z.number().default(0),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
});
const messageSchema = z.object({
  content: text,
  refusal: text,
  tool_calls: z.array(callSchema).nullish(),
  /** How tools were called before there could be several: the provider does not read it. */
  function_call: callSchema.shape.function,
  /** What was said aloud. */
  audio: z.object({ transcript: text }).nullish(),
});
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: messageSchema.nullish(),
        delta: messageSchema.nullish(),
        finish_reason: text,
      }),
    )
    .default([]),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish(),
  error: z.unknown().optional(),
});

/**
 * What a recorded answer says, read from the bodies without the provider's help, so that what the provider makes of them can
 * be held against it.
 * @throws ZodError for a body that is not OpenAI's.
 */
export function recordedAnswer({ api, answer }: OpenAiCall): AnswerContent {
  const { status, body } = answer;
  if (status >= 400) return failure(status);
  if ('text' in body) return failure();
  const bodies = 'json' in body ? [body.json] : body.events.filter((event) => event !== doneMarker);
  if (api === 'chat') return answerOfCompletion(bodies);
  return 'json' in body ? answerOfResponse(body.json, []) : answerOfEvents(bodies);
}

/**
 * Ids of the calls of OpenAI's own tools that the caller is to execute, such as a shell: the provider hands them on in words of
 * its own, so they are no part of what is compared.
 */
export function builtInCalls({ answer: { body } }: OpenAiCall): ReadonlySet<string> {
  if ('text' in body) return new Set();
  const items =
    'json' in body
      ? (responseSchema.safeParse(body.json).data?.output ?? [])
      : body.events.flatMap((event) => responseEventSchema.safeParse(event).data?.item ?? []);
  return new Set(
    items.flatMap(({ type, call_id: id }) =>
      typeof id === 'string' && !['function_call', 'custom_tool_call'].includes(type) ? [id] : [],
    ),
  );
}

function answerOfEvents(events: readonly Json[]): AnswerContent {
  const read = events.map((event) => responseEventSchema.parse(event));
  const last = read.at(-1);
  if (last === undefined || last.type === 'error' || last.type === 'response.failed') {
    return failure();
  }
  const items = read.flatMap(({ type, item }) =>
    type === 'response.output_item.done' && item ? [item] : [],
  );
  return answerOfResponse(last.response, items);
}

/** `streamed` are the items told before the last event, which may leave them out. */
function answerOfResponse(response: unknown, streamed: readonly Item[]): AnswerContent {
  const { output, usage, error, incomplete_details: incomplete } = responseSchema.parse(response);
  if (error !== undefined && error !== null) return failure();
  const items = output.length > 0 ? output : streamed;
  const contents = items.flatMap(({ type, content }) =>
    type === 'message' ? contentSchema.parse(content) : [],
  );
  const refused = contents.some(({ type }) => type === 'refusal');
  return {
    text: contents.map((part) => part.refusal ?? part.text ?? '').join(''),
    toolCalls: items.flatMap(({ type, call_id: id, name, ...called }) => {
      if (type === 'function_call') {
        return [{ id: id ?? '', name: name ?? '', input: textOf(called.arguments) }];
      }
      if (type !== 'custom_tool_call') return [];
      return [{ id: id ?? '', name: name ?? '', input: JSON.stringify(called.input) }];
    }),
    usage: usageOf(usage?.input_tokens, usage?.output_tokens),
    finishReason: responseFinish(incomplete?.reason, items.some(isClientCall), refused),
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const clientCalls = new Set(['function_call', 'custom_tool_call', 'apply_patch_call']);
const isClientCall = ({ type, call_id: id }: Item): boolean =>
  clientCalls.has(type) || (type === 'computer_call' && typeof id === 'string');

function responseFinish(
  reason: string | null | undefined,
  calls: boolean,
  refused: boolean,
): string {
  if (reason === 'max_output_tokens') return 'length';
  if (reason === 'content_filter') return 'content-filter';
  if (calls) return 'tool-calls';
  if (typeof reason === 'string') return 'other';
  return refused ? 'content-filter' : 'stop';
}

/** A completion in one piece is one that came in a single chunk. */
function answerOfCompletion(bodies: readonly Json[]): AnswerContent {
  const chunks = bodies.map((body) => completionSchema.parse(body));
  if (chunks.some(({ error }) => error !== undefined && error !== null)) return failure();
  const choices = chunks.flatMap(({ choices: [first] }) => (first === undefined ? [] : [first]));
  const messages = choices.flatMap(({ message, delta }) => {
    const said = message ?? delta;
    return said ? [said] : [];
  });
  const calls = messages.flatMap(({ tool_calls: each, function_call: only }) => [
    ...(each ?? []).map((call, index) => ({
      ...call,
      index: chunks.length > 1 ? call.index : index,
    })),
    ...(only ? [{ id: '', index: -1, function: only }] : []),
  ]);
  const usage = chunks.findLast((chunk) => chunk.usage)?.usage;
  const refused = messages.some(({ refusal }) => refusal);
  const reason = choices.findLast((choice) => choice.finish_reason)?.finish_reason;
  return {
    text: messages
      .map(
        ({ content, refusal, audio }) =>
          `${content ?? ''}${refusal ?? ''}${audio?.transcript ?? ''}`,
      )
      .join(''),
    toolCalls: [...Map.groupBy(calls, ({ index }) => index).values()].map((pieces) => ({
      id: pieces.find(({ id }) => id)?.id ?? '',
      name: pieces.find((piece) => piece.function?.name)?.function?.name ?? '',
      input: pieces.map((piece) => piece.function?.arguments ?? '').join(''),
    })),
    usage: usageOf(usage?.prompt_tokens, usage?.completion_tokens),
    finishReason: completionFinish(reason, refused),
  };
}

const completionReasons: ReadonlyMap<string, string> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
]);

function completionFinish(reason: string | null | undefined, refused: boolean): string {
  if (reason === 'stop' && refused) return 'content-filter';
  return completionReasons.get(reason ?? '') ?? 'other';
}

function usageOf(
  input: number | null | undefined,
  output: number | null | undefined,
): AnswerContent['usage'] {
  return {
    ...(typeof input === 'number' && { input }),
    ...(typeof output === 'number' && { output }),
  };
}
