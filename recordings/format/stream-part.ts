import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { z } from 'zod';
import { sortedJsonSchema } from './json.ts';

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

const warningSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['unsupported', 'compatibility']),
    feature: z.string(),
    details: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal('deprecated'), setting: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal('other'), message: z.string() }),
]);

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
  block('text-end'),
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
    ...metadata,
  }),
]);
export type RecordedPart = z.infer<typeof recordedPartSchema>;

/** The parts a model streamed, as a recording writes them; everything else of them stays. */
export function foldParts(parts: readonly LanguageModelV4StreamPart[]): unknown[] {
  const folded: unknown[] = [];
  let open: { readonly type: string; readonly id: string; readonly deltas: string[] } | undefined;
  for (const part of parts) {
    if (part.type === 'response-metadata') {
      const { timestamp: _, ...lasting } = part;
      folded.push(lasting);
      open = undefined;
    } else if (part.type === 'ping') {
      continue;
    } else if (!('delta' in part)) {
      folded.push(part);
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

/** The parts to stream again, one for each that was streamed. */
export function unfoldPart(part: RecordedPart): readonly LanguageModelV4StreamPart[] {
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
    case 'stream-start':
    case 'response-metadata':
    case 'text-start':
    case 'text-end':
    case 'reasoning-start':
    case 'reasoning-end':
    case 'tool-input-start':
    case 'tool-input-end':
    case 'tool-call':
      return [part];
  }
}

/** JSON leaves out what is undefined; the provider's types want it said. */
function unfoldFinish(part: Extract<RecordedPart, { type: 'finish' }>): LanguageModelV4StreamPart {
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
