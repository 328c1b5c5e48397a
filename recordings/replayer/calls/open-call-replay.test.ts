import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4GenerateResult,
} from '@ai-sdk/provider';
import { generateText, streamText, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCallRecorder, recordModel, recordTools } from '../../recorder/call-recorder.ts';
import { openCallReplay } from './open-call-replay.ts';

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
};

const answer: LanguageModelV4GenerateResult = {
  content: [
    { type: 'reasoning', text: 'A picture will do.', providerMetadata: { p: { signature: 'x' } } },
    { type: 'text', text: 'Here is the harbour, as the guide has it.' },
    { type: 'source', sourceType: 'url', id: 'chance-1', url: 'https://example.com/harbour' },
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2]) } },
  ],
  finishReason: { unified: 'stop', raw: 'stop' },
  usage,
  warnings: [],
  response: { id: 'resp-1', modelId: 'painter', timestamp: new Date() },
};

/** A model that fails as often as it is told, and then answers in one piece. */
function painter(failures: number, modelId = 'painter'): LanguageModelV4 {
  let calls = 0;
  return {
    specificationVersion: 'v4',
    provider: 'p',
    modelId,
    supportedUrls: {},
    doGenerate: async () => {
      calls += 1;
      if (calls > failures) return answer;
      throw new APICallError({
        message: 'Slow down.',
        url: 'https://example.com/v1',
        requestBodyValues: {},
        statusCode: 429,
        responseHeaders: { 'retry-after-ms': '1', 'retry-after': '7' },
      });
    },
    doStream: () => Promise.reject(new TypeError('does not stream')),
  };
}

/** A model that has a colour mixed. */
const asks = (colour: string): LanguageModelV4 => ({
  ...painter(0),
  doGenerate: async () => ({
    ...answer,
    finishReason: { unified: 'tool-calls', raw: undefined },
    content: [
      {
        type: 'tool-call',
        toolCallId: colour,
        toolName: 'mix',
        input: JSON.stringify({ colour }),
      },
    ],
  }),
});

test('a failure is tried again by the SDK as it was, at once, and says how long the provider had asked for', async () => {
  const recorder = createCallRecorder({ name: 'retried' });
  const model = recordModel(painter(1), recorder);
  await generateText({ model, prompt: 'Paint.' });
  const recording = recorder.finish();
  expect(recording.exchanges.map((each) => each.t === 'model' && each.answer.error)).toEqual([
    {
      code: 'MODEL_RATE_LIMITED',
      message: 'Slow down.',
      retryable: true,
      statusCode: 429,
      retryAfterMs: 1,
    },
    undefined,
  ]);
  const replay = openCallReplay(recording);
  const { text } = await generateText({ model: replay.model(), prompt: 'Paint.' });
  expect(text).toContain('harbour');
  expect(replay.finish()).toMatchObject({ verdict: 'same', models: 2 });

  const once = openCallReplay(recording);
  const failing = generateText({ model: once.model(), prompt: 'Paint.', maxRetries: 0 });
  await expect(failing).rejects.toSatisfy(
    (error) => APICallError.isInstance(error) && error.statusCode === 429 && error.isRetryable,
  );
});

test('what was answered in one piece is streamed, and the other way round', async () => {
  const recorder = createCallRecorder({ name: 'painted' });
  const whole = await generateText({ model: recordModel(painter(0), recorder), prompt: 'Paint.' });

  const replay = openCallReplay(recorder.finish());
  const streamedAgain = createCallRecorder({ name: 'painted' });
  const stream = streamText({
    model: recordModel(replay.model(painter(0)), streamedAgain),
    prompt: 'Paint.',
  });
  expect(await stream.text).toBe(whole.text);
  expect((await stream.files).map(({ base64 }) => base64)).toEqual(['AQI=']);
  expect(await stream.reasoningText).toBe('A picture will do.');
  expect(replay.finish().verdict).toBe('same');

  const back = openCallReplay(streamedAgain.finish());
  const again = await generateText({ model: back.model(), prompt: 'Paint.' });
  expect(again.content.map(({ type }) => type)).toEqual(whole.content.map(({ type }) => type));
  expect(again.sources.map(({ id }) => id)).toEqual(['source1']);
  expect(streamedAgain.finish().exchanges).toEqual(recorder.finish().exchanges);
});

test('another model diverges as that', async () => {
  const recorder = createCallRecorder({ name: 'painted' });
  await generateText({ model: recordModel(painter(0), recorder), prompt: 'Paint.' });
  const replay = openCallReplay(recorder.finish());
  const asked = generateText({ model: replay.model(painter(0, 'sculptor')), prompt: 'Paint.' });
  await expect(asked).rejects.toMatchObject({ divergence: { class: 'MODEL' } });
});

test('a live model gets what is recorded of tools that it asks the same, and of others nothing', async () => {
  const tools = {
    mix: tool({
      inputSchema: z.object({ colour: z.string() }),
      execute: ({ colour }) => `${colour}!`,
    }),
  };
  const recorder = createCallRecorder({ name: 'mixed' });
  await generateText({
    model: recordModel(asks('red'), recorder),
    tools: recordTools(tools, recorder),
    prompt: 'Mix.',
  });
  const ask = async (colour: string): Promise<ReturnType<typeof openCallReplay>> => {
    const replay = openCallReplay(recorder.finish(), { model: 'live' });
    const model = replay.model(asks(colour));
    await generateText({ model, tools: replay.tools(tools), prompt: 'Mix it, please.' });
    return replay;
  };
  expect((await ask('red')).finish()).toMatchObject({ verdict: 'same', models: 0, tools: 1 });
  expect((await ask('blue')).divergence()).toMatchObject({ class: 'TOOL_INPUT' });
});
