import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, type LanguageModel, type ToolSet, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startOpenAiServer } from '#harness/testing';
import {
  createCallRecorder,
  openCallReplay,
  recordFetch,
  recordHttp,
  recordTools,
} from '#recordings';

// Stands for your provider.
const playbook = {
  name: 'weather-model',
  plays: [
    {
      name: 'looks out',
      when: ({ messages }: { messages: readonly unknown[] }) => messages.length === 1,
      answer: () => ({ calls: [{ tool: 'lookOut', input: { city: 'Rome' } }] }),
    },
    { name: 'answers', when: () => true, answer: () => ({ text: 'Take a hat.' }) },
  ],
};

/** A tool that speaks HTTP by itself, here to the provider's list of models. */
const toolsOf = (baseURL: string) => ({
  lookOut: tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      const headers = { authorization: 'Bearer any' };
      const answer = await fetch(`${baseURL}/models`, { headers });
      return { city, weather: answer.ok ? 'sunny' : 'unknown' };
    },
  }),
});

async function adviseTraveller(model: LanguageModel, tools: ToolSet): Promise<string> {
  const { text } = await generateText({
    model,
    tools,
    stopWhen: isStepCount(3),
    prompt: 'I go to Rome.',
  });
  return text;
}

test('an agent is recorded at the wire, its tools with what they ask for, and replayed without a network', async () => {
  await using server = await startOpenAiServer({ playbook });
  const recorder = createCallRecorder({ name: 'traveller', made: 'scripted' });
  const provider = createOpenAI({
    baseURL: server.url,
    apiKey: 'any',
    fetch: recordFetch(fetch, recorder),
  });
  const recorded = await recordHttp(recorder);
  await adviseTraveller(provider('weather-model'), recordTools(toolsOf(server.url), recorder));
  recorded.close();
  const recording = recorder.finish();
  await server.close();

  const replay = openCallReplay(recording, { tools: 'live' });
  const replayed = createOpenAI({ baseURL: server.url, apiKey: 'any', fetch: replay.fetch });
  const answered = await replay.http();
  const tools = replay.tools(toolsOf(server.url));
  expect(await adviseTraveller(replayed('weather-model'), tools)).toBe('Take a hat.');
  answered.close();
  expect(replay.finish()).toMatchObject({ verdict: 'same', tools: 1, http: 3 });
});
