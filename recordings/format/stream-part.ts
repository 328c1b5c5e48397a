import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { z } from 'zod';
import { sortedJsonSchema } from './json.ts';
import { type ModelFailure, modelFailureSchema } from './model-failure.ts';
import { fileDataSchema, recordedFileData, restoredFileData } from './recorded-file-data.ts';

const metadata = {
  providerMetadata: z.record(z.string(), z.record(z.string(), sortedJsonSchema)).exactOptional(),
};
const block = <Type extends string>(type: Type) =>
  z.strictObject({ type: z.literal(type), id: z.string(), ...metadata });
/** A row of pieces, one delta each: the answer reads as text and keeps its pieces. */
const pieces = <Type extends string>(type: Type) =>
  z.strictObject({
    type: z.literal(type),
    id: z.string(),
    deltas: z.array(z.string()).min(1),
    ...metadata,
  });
const tokens = z.number().exactOptional();

/** JSON that is not null. */
const someJsonSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(sortedJsonSchema),
  z.record(z.string(), sortedJsonSchema),
]);

const warningSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['unsupported', 'compatibility']),
    feature: z.string(),
    details: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal('deprecated'), setting: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal('other'), message: z.string() }),
]);

const sourceSchema = z.discriminatedUnion('sourceType', [
  z.strictObject({
    type: z.literal('source'),
    sourceType: z.literal('url'),
    id: z.string(),
    url: z.string(),
    title: z.string().exactOptional(),
    ...metadata,
  }),
  z.strictObject({
    type: z.literal('source'),
    sourceType: z.literal('document'),
    id: z.string(),
    mediaType: z.string(),
    title: z.string(),
    filename: z.string().exactOptional(),
    ...metadata,
  }),
]);
const citationSchema = z.strictObject({
  source: sourceSchema,
  startIndex: z.number().exactOptional(),
  endIndex: z.number().exactOptional(),
  citedText: z.string().exactOptional(),
});
const file = <Type extends string>(type: Type) =>
  z.strictObject({
    type: z.literal(type),
    mediaType: z.string(),
    data: fileDataSchema,
    ...metadata,
  });

/**
 * The parts of a model's answer, as they stand in a recording: those of the AI SDK's LanguageModelV4, with the deltas of
 * one block in a row folded into one entry, and without times.
 */
export const recordedPartSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('stream-start'), warnings: z.array(warningSchema) }),
  z.strictObject({
    type: z.literal('response-metadata'),
    id: z.string().exactOptional(),
    modelId: z.string().exactOptional(),
  }),
  block('text-start'),
  pieces('text-delta'),
  block('text-end').extend({ citations: z.array(citationSchema).exactOptional() }),
  block('reasoning-start'),
  pieces('reasoning-delta'),
  block('reasoning-end'),
  z.strictObject({
    type: z.literal('tool-input-start'),
    id: z.string(),
    toolName: z.string(),
    inputEncoding: z.enum(['json', 'text']).exactOptional(),
    providerExecuted: z.boolean().exactOptional(),
    dynamic: z.boolean().exactOptional(),
    title: z.string().exactOptional(),
    ...metadata,
  }),
  pieces('tool-input-delta'),
  block('tool-input-end'),
  z.strictObject({
    type: z.literal('tool-call'),
    toolCallId: z.string(),
    toolName: z.string(),
    input: z.string(),
    providerExecuted: z.boolean().exactOptional(),
    dynamic: z.boolean().exactOptional(),
    ...metadata,
  }),
  /** Of a tool that the provider ran. */
  z.strictObject({
    type: z.literal('tool-result'),
    toolCallId: z.string(),
    toolName: z.string(),
    result: someJsonSchema,
    isError: z.boolean().exactOptional(),
    preliminary: z.boolean().exactOptional(),
    dynamic: z.boolean().exactOptional(),
    ...metadata,
  }),
  z.strictObject({
    type: z.literal('tool-approval-request'),
    approvalId: z.string(),
    toolCallId: z.string(),
    ...metadata,
  }),
  sourceSchema,
  file('file'),
  file('reasoning-file'),
  z.strictObject({
    type: z.literal('custom'),
    kind: z.templateLiteral([z.string(), '.', z.string()]),
    ...metadata,
  }),
  /** As the provider sent it, ids and times and all: only in the answer to whoever asked for raw chunks. */
  z.strictObject({ type: z.literal('raw'), rawValue: sortedJsonSchema }),
  /** Something went wrong on the way, and the stream went on. */
  z.strictObject({ type: z.literal('error'), error: modelFailureSchema }),
  z.strictObject({
    type: z.literal('finish'),
    finishReason: z.strictObject({
      unified: z.enum([
        'stop',
        'length',
        'content-filter',
        'tool-calls',
        'error',
        'interrupted',
        'other',
      ]),
      raw: z.string().exactOptional(),
    }),
    usage: z.strictObject({
      inputTokens: z.strictObject({
        total: tokens,
        noCache: tokens,
        cacheRead: tokens,
        cacheWrite: tokens,
      }),
      outputTokens: z.strictObject({ total: tokens, text: tokens, reasoning: tokens }),
      raw: z.record(z.string(), sortedJsonSchema).exactOptional(),
    }),
    /** What was generated to a schema, where the provider says it apart from the text. */
    structuredOutputText: z.string().exactOptional(),
    ...metadata,
  }),
]);
export type RecordedPart = z.infer<typeof recordedPartSchema>;

/** Makes of what went wrong what a recording holds of it, and the error again of that. */
export type FailureOf = (error: unknown) => ModelFailure;
export type ErrorOf = (failure: ModelFailure) => unknown;

/** The parts a model streamed, as a recording writes them; everything else of them stays. */
export function foldParts(
  parts: readonly LanguageModelV4StreamPart[],
  failureOf: FailureOf,
): unknown[] {
  const folded: unknown[] = [];
  let open: { readonly type: string; readonly id: string; readonly deltas: string[] } | undefined;
  for (const part of parts) {
    if (part.type === 'ping') continue;
    if (!('delta' in part)) {
      folded.push(foldWhole(part, failureOf));
      open = undefined;
    } else if (
      open?.type === part.type &&
      open.id === part.id &&
      part.providerMetadata === undefined
    ) {
      open.deltas.push(part.delta);
    } else {
      const { delta, ...rest } = part;
      open = { ...rest, deltas: [delta] };
      folded.push(open);
    }
  }
  return folded;
}

type WholePart = Exclude<LanguageModelV4StreamPart, { type: 'ping' } | { delta: string }>;

function foldWhole(part: WholePart, failureOf: FailureOf): unknown {
  if (part.type === 'response-metadata') {
    const { timestamp: _, ...lasting } = part;
    return lasting;
  }
  if (part.type === 'error') return { ...part, error: failureOf(part.error) };
  const isFile = part.type === 'file' || part.type === 'reasoning-file';
  return isFile ? { ...part, data: recordedFileData(part.data) } : part;
}

/** The parts to stream again, one for each that was streamed. */
export function unfoldPart(
  part: RecordedPart,
  errorOf: ErrorOf,
): readonly LanguageModelV4StreamPart[] {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'tool-input-delta': {
      const { deltas, providerMetadata, ...rest } = part;
      return deltas.map((delta, index) => ({
        ...rest,
        delta,
        ...(index === 0 && providerMetadata !== undefined ? { providerMetadata } : {}),
      }));
    }
    case 'finish':
      return [unfoldFinish(part)];
    case 'file':
    case 'reasoning-file':
      return [{ ...part, data: restoredFileData(part.data) }];
    case 'error':
      return [{ ...part, error: errorOf(part.error) }];
    case 'stream-start':
    case 'response-metadata':
    case 'text-start':
    case 'text-end':
    case 'reasoning-start':
    case 'reasoning-end':
    case 'tool-input-start':
    case 'tool-input-end':
    case 'tool-call':
    case 'tool-result':
    case 'tool-approval-request':
    case 'custom':
    case 'source':
    case 'raw':
      return [part];
  }
}

/** JSON leaves out what is undefined; the provider's types want it said. */
function unfoldFinish({
  structuredOutputText: _,
  ...part
}: Extract<RecordedPart, { type: 'finish' }>): LanguageModelV4StreamPart {
  const { inputTokens, outputTokens } = part.usage;
  const { total, noCache, cacheRead, cacheWrite } = inputTokens;
  const { text, reasoning } = outputTokens;
  return {
    ...part,
    finishReason: { unified: part.finishReason.unified, raw: part.finishReason.raw },
    usage: {
      ...part.usage,
      inputTokens: { total, noCache, cacheRead, cacheWrite },
      outputTokens: { total: outputTokens.total, text, reasoning },
    },
  };
}
