import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelFailure } from './model-failure.ts';
import { foldParts, recordedPartSchema, unfoldPart } from './stream-part.ts';

const id = fc.constantFrom('a', 'b');
const metadata = fc.constantFrom(
  {},
  { providerMetadata: { provider: { itemId: 'x', deep: [1, null] } } },
);
const usage = {
  inputTokens: { total: 3, noCache: undefined, cacheRead: 0, cacheWrite: undefined },
  outputTokens: { total: undefined, text: 2, reasoning: undefined },
};

const parts: fc.Arbitrary<LanguageModelV4StreamPart> = fc.oneof(
  fc.constant<LanguageModelV4StreamPart>({
    type: 'stream-start',
    warnings: [{ type: 'unsupported', feature: 'seed' }],
  }),
  fc.record({
    type: fc.constantFrom(
      'text-delta' as const,
      'reasoning-delta' as const,
      'tool-input-delta' as const,
    ),
    id,
    delta: fc.string({ maxLength: 3 }),
  }),
  fc
    .tuple(id, metadata)
    .map(([each, more]) => ({ type: 'text-delta' as const, id: each, delta: 'm', ...more })),
  fc
    .tuple(id, metadata)
    .map(([each, more]) => ({ type: 'text-start' as const, id: each, ...more })),
  id.map((each) => ({ type: 'tool-input-start' as const, id: each, toolName: 'find' })),
  id.map((each) => ({
    type: 'tool-call' as const,
    toolCallId: each,
    toolName: 'find',
    input: '{}',
  })),
  fc.constantFrom<LanguageModelV4StreamPart>(
    { type: 'tool-result', toolCallId: 'a', toolName: 'search', result: { hits: [1] } },
    { type: 'tool-result', toolCallId: 'a', toolName: 'search', result: 'no', isError: true },
    { type: 'tool-approval-request', approvalId: 'b', toolCallId: 'a' },
    { type: 'source', sourceType: 'url', id: 'a', url: 'https://example.com/' },
    { type: 'source', sourceType: 'document', id: 'a', mediaType: 'text/plain', title: 'Terms' },
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw==' } },
    {
      type: 'reasoning-file',
      mediaType: 'image/png',
      data: { type: 'url', url: new URL('https://example.com/a.png') },
    },
    { type: 'custom', kind: 'openai.compaction', providerMetadata: { openai: { itemId: 'x' } } },
    { type: 'raw', rawValue: { event: 'ping' } },
    {
      type: 'text-end',
      id: 'a',
      citations: [
        { source: { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com/' } },
      ],
    },
  ),
  fc.constant<LanguageModelV4StreamPart>({
    type: 'finish',
    finishReason: { unified: 'stop', raw: undefined },
    usage,
  }),
);

const failureOf = (error: unknown): ModelFailure => ({
  code: 'FAILED',
  message: String(error),
  retryable: false,
});
const errorOf = ({ message }: ModelFailure): Error => new Error(message);

test('parts that are written and read again are streamed one for one, as they were', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (streamed) => {
      const written: unknown = JSON.parse(JSON.stringify(foldParts(streamed, failureOf)));
      const read = recordedPartSchema.array().parse(written);
      expect(read.flatMap((part) => unfoldPart(part, errorOf))).toEqual(streamed);
    }),
    { seed: 20 },
  );
});

test('deltas of one block in a row become one entry', () => {
  const end: LanguageModelV4StreamPart = { type: 'text-end', id: 'a' };
  expect(foldParts([delta('One '), delta('mo'), end, delta('ment')], failureOf)).toEqual([
    { type: 'text-delta', id: 'a', deltas: ['One ', 'mo'] },
    { type: 'text-end', id: 'a' },
    { type: 'text-delta', id: 'a', deltas: ['ment'] },
  ]);
});

test('times and pings are left out', () => {
  expect(
    foldParts(
      [
        { type: 'response-metadata', id: 'r', modelId: 'm', timestamp: new Date(0) },
        { type: 'ping' },
      ],
      failureOf,
    ),
  ).toEqual([{ type: 'response-metadata', id: 'r', modelId: 'm' }]);
});

function delta(text: string): LanguageModelV4StreamPart {
  return { type: 'text-delta', id: 'a', delta: text };
}

test('bytes of a file are base64, an error is how the call failed', () => {
  const data = { type: 'data' as const, data: new Uint8Array([1, 2, 3]) };
  const folded = foldParts(
    [
      { type: 'file', mediaType: 'image/png', data },
      { type: 'error', error: 'cut off' },
    ],
    failureOf,
  );
  expect(recordedPartSchema.array().parse(folded)).toEqual([
    { type: 'file', mediaType: 'image/png', data: { type: 'base64', base64: 'AQID' } },
    { type: 'error', error: { code: 'FAILED', message: 'cut off', retryable: false } },
  ]);
});
