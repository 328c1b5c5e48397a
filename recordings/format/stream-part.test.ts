import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
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
  fc.constant<LanguageModelV4StreamPart>({
    type: 'finish',
    finishReason: { unified: 'stop', raw: undefined },
    usage,
  }),
);

test('parts that are written and read again are streamed one for one, as they were', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (streamed) => {
      const written: unknown = JSON.parse(JSON.stringify(foldParts(streamed)));
      const read = recordedPartSchema.array().parse(written);
      expect(read.flatMap(unfoldPart)).toEqual(streamed);
    }),
    { seed: 20 },
  );
});

test('deltas of one block in a row become one entry', () => {
  const end: LanguageModelV4StreamPart = { type: 'text-end', id: 'a' };
  expect(foldParts([delta('One '), delta('mo'), end, delta('ment')])).toEqual([
    { type: 'text-delta', id: 'a', deltas: ['One ', 'mo'] },
    { type: 'text-end', id: 'a' },
    { type: 'text-delta', id: 'a', deltas: ['ment'] },
  ]);
});

test('times and pings are left out', () => {
  expect(
    foldParts([
      { type: 'response-metadata', id: 'r', modelId: 'm', timestamp: new Date(0) },
      { type: 'ping' },
    ]),
  ).toEqual([{ type: 'response-metadata', id: 'r', modelId: 'm' }]);
});

function delta(text: string): LanguageModelV4StreamPart {
  return { type: 'text-delta', id: 'a', delta: text };
}
