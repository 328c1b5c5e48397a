import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { z } from 'zod';
import { type Json, liveModel } from '#harness';
import type { AnswerBody, OpenAiCall } from '../../format/imported-exchange.ts';
import { type AnswerContent, failure } from './answer-content.ts';
import { doneMarker } from './parse-event-stream.ts';

/** What the model is asked does not matter: what is recorded is answered. */
const question: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'What was recorded?' }] }],
};

/** What the provider of the AI SDK makes of a recorded answer. */
export interface Driven {
  readonly answer: AnswerContent;
  /** Where in the answer it found what it does not know, when it failed for that. */
  readonly unreadable?: string;
}

/** Nothing reaches the network: `respond` answers in its place, by default with what was recorded in one piece. */
export async function driveProvider(
  exchange: OpenAiCall,
  respond: () => Promise<Response> = async () => responseOf(exchange),
): Promise<Driven> {
  const model = await liveModel({
    apiKey: 'recorded',
    model: modelOf(exchange),
    api: exchange.api,
    fetch: respond,
  });
  try {
    return 'events' in exchange.answer.body
      ? await streamed(model)
      : { answer: await generated(model) };
  } catch (error) {
    // Of a failure told within a stream the provider makes up a status that nobody recorded.
    const status = exchange.answer.status < 400 ? undefined : statusOf(error);
    return { answer: failure(status), ...unreadableIn(error) };
  }
}

const depthOfCauses = 8;
const issuesSchema = z.looseObject({
  issues: z.tuple(
    [z.looseObject({ path: z.array(z.union([z.string(), z.number()])) })],
    z.unknown(),
  ),
});

/** The place alone: what the error says beside it repeats the answer. */
function unreadableIn(error: unknown): Pick<Driven, 'unreadable'> {
  let cause = error;
  for (let depth = 0; depth < depthOfCauses && cause instanceof Error; depth += 1) {
    const found = issuesSchema.safeParse(cause);
    if (found.success) return { unreadable: found.data.issues[0].path.join('/') };
    cause = cause.cause;
  }
  return {};
}

function modelOf({ request, answer: { body } }: OpenAiCall): string {
  const [first] = 'json' in body ? [body.json] : 'events' in body ? body.events : [];
  const named = [request?.body, first, fieldOf(first, 'response')].map((each) =>
    fieldOf(each, 'model'),
  );
  return named.find((name) => typeof name === 'string') ?? 'unknown';
}

function fieldOf(value: Json | undefined, property: string): Json | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? value[property] : undefined;
}

function responseOf({ api, answer: { status, retryAfter, body } }: OpenAiCall): Response {
  return new Response(bodyText(body, api), {
    status,
    headers: {
      'content-type': contentType(body),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
  });
}

function contentType(body: AnswerBody): string {
  if ('events' in body) return 'text/event-stream';
  return 'json' in body ? 'application/json' : 'text/plain';
}

function bodyText(body: AnswerBody, api: OpenAiCall['api']): string {
  if ('text' in body) return body.text;
  if ('json' in body) return JSON.stringify(body.json);
  return body.events
    .map((event) => {
      const data = event === doneMarker ? doneMarker : JSON.stringify(event);
      const type = api === 'responses' ? fieldOf(event, 'type') : undefined;
      return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${data}\n\n`;
    })
    .join('');
}

async function generated(model: LanguageModelV4): Promise<AnswerContent> {
  const { content, usage, finishReason } = await model.doGenerate(question);
  return contentOf(content, usage, finishReason.unified);
}

async function streamed(model: LanguageModelV4): Promise<Driven> {
  const { stream } = await model.doStream(question);
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  const failed = parts.find((part) => part.type === 'error');
  if (failed?.type === 'error') return { answer: failure(), ...unreadableIn(failed.error) };
  const finish = parts.find((part) => part.type === 'finish');
  const content = parts.flatMap((part): LanguageModelV4Content[] => {
    if (part.type === 'text-delta') return [{ type: 'text', text: part.delta }];
    return part.type === 'tool-call' ? [part] : [];
  });
  const reason = finish?.finishReason.unified ?? 'missing';
  return { answer: contentOf(content, finish?.usage, reason) };
}

function contentOf(
  content: readonly LanguageModelV4Content[],
  usage: LanguageModelV4Usage | undefined,
  finishReason: string,
): AnswerContent {
  const input = usage?.inputTokens.total;
  const output = usage?.outputTokens.total;
  return {
    text: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
    toolCalls: content.flatMap((part) =>
      part.type === 'tool-call' && part.providerExecuted !== true
        ? [{ id: part.toolCallId, name: part.toolName, input: part.input }]
        : [],
    ),
    usage: {
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
    },
    finishReason,
  };
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
