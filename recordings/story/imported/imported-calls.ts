import { z } from 'zod';
import type { Json } from '#harness';
import type {
  OpenAiCall,
  OpenAiExchange,
  SemanticExchange,
} from '../../format/imported-exchange.ts';
import { asJson } from '../../format/json.ts';
import { createRequestPacker, type ModelRequest } from '../../format/model-request.ts';
import type { Definition } from '../../format/recording.ts';
import type { AnswerContent } from '../../importers/openai/answer-content.ts';
import { recordedAnswer } from '../../importers/openai/recorded-answer.ts';
import type { ToldModel } from '../build-steps.ts';
import { jsonOrText, type ReadAnswer } from '../read-answer.ts';
import { semanticCall } from './semantic-call.ts';

/** A call at its place, whoever recorded it. */
type PlacedCall = SemanticExchange | (OpenAiCall & Pick<OpenAiExchange, 't' | 'lane' | 'n'>);

/**
 * Tells calls of a provider's API, or what another tool said of them, as model turns, with what they repeat told once, as a session's recording has it.
 * To be asked in the order of the recording.
 */
export function createCallTeller(): {
  readonly tell: (exchange: PlacedCall) => ToldModel;
  /** What the calls told so far have named. */
  readonly takeDefinitions: () => readonly Definition[];
} {
  const packer = createRequestPacker([]);
  return {
    takeDefinitions: packer.takeDefinitions,
    tell: (exchange) => {
      const { lane, n } = exchange;
      const { model, request, answer } = callOf(exchange);
      return {
        t: 'model',
        lane,
        n,
        answer,
        ...(model === undefined ? {} : { model }),
        ...(request === undefined ? {} : { request: packer.pack(lane, request) }),
      };
    },
  };
}

interface ImportedCall {
  readonly model?: string;
  readonly request?: ModelRequest;
  readonly answer: ReadAnswer;
}

function callOf(exchange: PlacedCall): ImportedCall {
  return exchange.t === 'openai' ? openAiCall(exchange) : semanticCall(exchange);
}

function openAiCall(exchange: OpenAiCall): ImportedCall {
  const answer = openAiAnswer(exchange);
  if (exchange.request === undefined) return { answer };
  const { model, stream: _, ...body } = fieldsOf(exchange.request.body);
  return {
    ...(typeof model === 'string' ? { model } : {}),
    request: openAiRequest(body),
    answer,
  };
}

/** Of Responses `instructions` and `input`, of Chat Completions `messages`. */
function openAiRequest({
  instructions,
  input,
  messages,
  tools,
  ...settings
}: Readonly<Record<string, Json>>): ModelRequest {
  const said = [...listOf(input), ...listOf(messages)];
  return {
    system: [
      instructions ?? null,
      ...said.filter(isInstruction).map((each) => fieldsOf(each)['content'] ?? null),
    ].filter((each) => typeof each === 'string'),
    tools: listOf(tools).map(flatTool),
    settings,
    messages: said.filter((each) => !isInstruction(each)),
  };
}

function isInstruction(message: Json): boolean {
  const { role, content } = fieldsOf(message);
  return (role === 'system' || role === 'developer') && typeof content === 'string';
}

/** Chat Completions wraps what Responses says plainly. */
function flatTool(tool: Json): Json {
  const { function: wrapped, ...plain } = fieldsOf(tool);
  return wrapped === undefined ? tool : asJson({ ...plain, ...fieldsOf(wrapped) });
}

function openAiAnswer(exchange: OpenAiCall): ReadAnswer {
  const read = wholeAnswer(exchange);
  if (read === undefined) return unreadable;
  const { text, toolCalls, usage, finishReason, status } = read;
  return {
    text,
    reasoning: '',
    calls: toolCalls.map(({ id, name, input }) => ({
      call: id,
      tool: name,
      input: jsonOrText(input),
    })),
    finish: finishReason,
    tokens: usage,
    ...(status === undefined ? {} : { error: refusal(exchange, status) }),
  };
}

/** What was recorded as it came may have stopped anywhere. */
const unreadable: ReadAnswer = {
  text: '',
  reasoning: '',
  calls: [],
  tokens: {},
  error: {
    code: 'ANSWER_NOT_WHOLE',
    message: 'What came is no whole answer.',
    retryable: false,
  },
};

function wholeAnswer(exchange: OpenAiCall): AnswerContent | undefined {
  try {
    return recordedAnswer(exchange);
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function refusal(
  { answer: { body } }: OpenAiCall,
  status: number,
): NonNullable<ReadAnswer['error']> {
  const { message } = 'json' in body ? fieldsOf(fieldsOf(body.json)['error']) : {};
  return {
    code: `HTTP_${status}`,
    message: typeof message === 'string' ? message : `The provider answered ${status}.`,
    retryable: status === 429 || status >= 500,
    statusCode: status,
  };
}

function listOf(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) return [];
  return typeof value === 'string' ? [{ content: value, role: 'user' }] : [value];
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
