import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4Prompt, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { conversationFromPrompt, joinSystem } from './conversation.ts';
import { conversationFromRequest, parseResponsesRequest } from './openai/responses-request.ts';

/** The request body the real adapter makes of a prompt. */
async function bodyOf(prompt: LanguageModelV4Prompt, modelId: string): Promise<string> {
  const bodies: unknown[] = [];
  const provider = createOpenAI({
    apiKey: 'k',
    baseURL: 'http://nowhere.invalid/v1',
    fetch: async (_url, init) => {
      bodies.push(init?.body);
      return new Response('{}', { status: 400 });
    },
  });
  const call = provider
    .responses(modelId)
    .doGenerate({ prompt, providerOptions: { openai: { store: false } } });
  await expect(call).rejects.toMatchObject({ statusCode: 400 });
  return String(bodies[0]);
}

const text = fc.record({ type: fc.constant('text' as const), text: fc.string() });
const json = fc.jsonValue();
const output: fc.Arbitrary<LanguageModelV4ToolResultOutput> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), value: fc.string() }),
  fc.record({ type: fc.constant('error-text' as const), value: fc.string() }),
  fc.record({ type: fc.constant('execution-denied' as const), reason: fc.string() }),
  fc.record({ type: fc.constant('content' as const), value: fc.array(text, { minLength: 1 }) }),
  json.map((value) => ({ type: 'json' as const, value: JSON.parse(JSON.stringify(value)) })),
);
const turn = fc.record({
  user: fc.array(text, { minLength: 1, maxLength: 3 }),
  texts: fc.array(text, { maxLength: 2 }),
  calls: fc.array(
    fc.record({
      tool: fc.constantFrom('getCharge', 'refund'),
      input: fc.oneof(json, fc.string()),
      output,
    }),
    { maxLength: 3 },
  ),
});

function promptOf(
  system: string,
  turns: readonly (typeof turn extends fc.Arbitrary<infer Turn> ? Turn : never)[],
): LanguageModelV4Prompt {
  return [
    { role: 'system', content: system },
    ...turns.flatMap(({ user, texts, calls }, index): LanguageModelV4Prompt => {
      const identified = calls.map((each, ordinal) => ({
        ...each,
        toolCallId: `call_${index}_${ordinal}`,
        toolName: each.tool,
      }));
      return [
        { role: 'user', content: user },
        {
          role: 'assistant',
          content: [
            ...texts,
            ...identified.map(({ toolCallId, toolName, input }) => ({
              type: 'tool-call' as const,
              toolCallId,
              toolName,
              input,
            })),
          ],
        },
        {
          role: 'tool',
          content: identified.map(({ toolCallId, toolName, output: value }) => ({
            type: 'tool-result' as const,
            toolCallId,
            toolName,
            output: value,
          })),
        },
      ];
    }),
  ];
}

test.for(['desk', 'gpt-5-mini'])(
  'a prompt and what the adapter (%s) sends of it are one conversation',
  async (modelId) => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.array(turn, { maxLength: 3 }), async (system, turns) => {
        const prompt = promptOf(system, turns);
        const request = parseResponsesRequest(await bodyOf(prompt, modelId));
        expect(conversationFromRequest(request, new Map())).toEqual(
          conversationFromPrompt({ prompt }),
        );
      }),
      { seed: 20_261_120, numRuns: 100 },
    );
  },
);

test('a conversation holds what was said', () => {
  const prompt = promptOf('Be true.', [
    {
      user: [{ type: 'text', text: 'hi' }],
      texts: [
        { type: 'text', text: 'One ' },
        { type: 'text', text: 'moment.' },
      ],
      calls: [{ tool: 'refund', input: { id: 1 }, output: { type: 'error-text', value: 'down' } }],
    },
  ]);
  expect(
    conversationFromPrompt({
      prompt,
      tools: [{ type: 'function', name: 'refund', inputSchema: {} }],
    }),
  ).toEqual({
    system: 'Be true.',
    tools: ['refund'],
    messages: [
      { role: 'user', text: 'hi' },
      {
        role: 'assistant',
        text: 'One moment.',
        calls: [{ tool: 'refund', callId: 'call_0_0', input: { id: 1 } }],
      },
      {
        role: 'tool',
        tool: 'refund',
        callId: 'call_0_0',
        output: { error: 'down' },
        isError: true,
      },
    ],
  });
  expect(joinSystem(['a', 'b'])).toBe('a\n\nb');
});
