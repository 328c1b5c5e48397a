import type { Json } from '#harness';
import type { SemanticExchange } from '../../format/imported-exchange.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { saidInSpan } from './said-in-span.ts';
import type { Attributes, Span } from './span.ts';

/** What a span is, of what an import cares for. */
export type SpanKind = 'call' | 'agent' | 'other-operation' | 'other';

const callOperations: ReadonlySet<string> = new Set([
  'chat',
  'text_completion',
  'completion',
  'generate_content',
]);
const agentOperations: ReadonlySet<string> = new Set([
  'invoke_agent',
  'create_agent',
  'execute_tool',
  'invoke_workflow',
]);

export function kindOf({ name, attributes }: Span): SpanKind {
  const operation = attributes['gen_ai.operation.name'] ?? attributes['llm.request.type'];
  if (typeof operation === 'string') {
    if (callOperations.has(operation)) return 'call';
    return agentOperations.has(operation) ? 'agent' : 'other-operation';
  }
  const id = attributes['ai.operationId'] ?? name;
  if (typeof id === 'string' && id.startsWith('ai.')) {
    if (/\.do(?:Generate|Stream)$/.test(id)) return 'call';
    return /\.doEmbed$|rerank/i.test(id) ? 'other-operation' : 'agent';
  }
  return attributes['gen_ai.request.model'] === undefined ? 'other' : 'call';
}

export interface ReadCall {
  readonly exchange: Omit<SemanticExchange, 'lane' | 'n'>;
  readonly asked: boolean;
  readonly answered: boolean;
  readonly cut: number;
}

/** @throws ForeignInputError for a span that does not say of which model it is. */
export function readCall(span: Span): ReadCall {
  const { line, attributes, failed } = span;
  const model = textOf(attributes, [
    'gen_ai.response.model',
    'gen_ai.request.model',
    'ai.response.model',
    'ai.model.id',
  ]);
  if (model === undefined)
    throw new ForeignInputError(line, 'it does not say which model was called');
  const asked = textOf(attributes, ['gen_ai.request.model', 'ai.model.id']);
  const { request, answer, cut } = saidInSpan(span);
  const provider = textOf(attributes, [
    'gen_ai.provider.name',
    'gen_ai.system',
    'ai.model.provider',
  ]);
  const error = textOf(attributes, ['error.type']) ?? (failed ? '_OTHER' : undefined);
  const input = numberOf(attributes, [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ]);
  const output = numberOf(attributes, [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ]);
  return {
    exchange: {
      t: 'semantic',
      line,
      model,
      request: {
        ...request,
        ...(provider === undefined ? {} : { provider }),
        ...(asked === undefined || asked === model ? {} : { model: asked }),
      },
      answer: { ...answer, ...(error === undefined ? {} : { error }) },
      finishReasons: finishReasonsOf(attributes, answer['messages']),
      usage: {
        ...(input === undefined ? {} : { input }),
        ...(output === undefined ? {} : { output }),
      },
    },
    asked: request['messages'] !== undefined,
    answered: Object.keys(answer).length > 0 || error !== undefined,
    cut,
  };
}

function finishReasonsOf(attributes: Attributes, messages: Json | undefined): string[] {
  const told =
    attributes['gen_ai.response.finish_reasons'] ?? attributes['ai.response.finishReason'];
  const parsed = typeof told === 'string' && told.startsWith('[') ? parse(told) : told;
  if (typeof parsed === 'string') return [parsed];
  const list = Array.isArray(parsed) ? parsed : [];
  if (list.length > 0) return list.map(String);
  return (Array.isArray(messages) ? messages : []).flatMap((message) => {
    const isRecord = typeof message === 'object' && message !== null && !Array.isArray(message);
    const reason = isRecord ? message['finish_reason'] : undefined;
    return typeof reason === 'string' ? [reason] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut by the tracer: the text it is.
    return text;
  }
}

function textOf(attributes: Attributes, names: readonly string[]): string | undefined {
  const [first] = names.flatMap((name) => {
    const value = attributes[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  return first;
}

/** Some exporters write numbers as texts. */
function numberOf(attributes: Attributes, names: readonly string[]): number | undefined {
  const found = names.map((name) => attributes[name]).find((value) => value !== undefined);
  const number = typeof found === 'string' ? Number.parseInt(found, 10) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
