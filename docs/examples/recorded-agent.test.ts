import { generateText, isStepCount, type LanguageModel, type ToolSet, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '#harness/testing';
import {
  createCallRecorder,
  openCallReplay,
  ReplayDivergedError,
  recordModel,
  recordTools,
} from '#recordings';

// Stands for your provider.
const provider = scriptedModel({
  name: 'weather-model',
  plays: [
    {
      name: 'looks out',
      when: ({ messages }) => messages.length === 1,
      answer: () => ({ calls: [{ tool: 'lookOut', input: { city: 'Rome' } }] }),
    },
    { name: 'answers', when: () => true, answer: () => ({ text: 'Take a hat.' }) },
  ],
});

const tools = {
  lookOut: tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => ({ city, weather: 'sunny' }),
  }),
};

/** Your agent: it takes its model and its tools, and knows nothing of recordings. */
async function adviseTraveller(
  model: LanguageModel,
  offered: ToolSet,
  instructions = 'You advise travellers.',
): Promise<string> {
  const { text } = await generateText({
    model,
    instructions,
    tools: offered,
    stopWhen: isStepCount(3),
    prompt: 'I go to Rome.',
  });
  return text;
}

test('an agent is recorded once and replayed, and a change to it is told', async () => {
  const recorder = createCallRecorder({ name: 'traveller', made: 'scripted' });
  await adviseTraveller(
    recordModel(provider, recorder),
    recordTools(tools, recorder, { lookOut: 'read' }),
  );
  const recording = recorder.finish();

  const replay = openCallReplay(recording);
  const advice = await adviseTraveller(replay.model(provider), replay.tools(tools));
  expect(advice).toBe('Take a hat.');
  expect(replay.finish()).toMatchObject({ verdict: 'same', models: 2, tools: 1 });

  const changed = openCallReplay(recording);
  const asked = adviseTraveller(changed.model(provider), changed.tools(tools), 'You are brief.');
  await expect(asked).rejects.toThrow(ReplayDivergedError);
  expect(changed.divergence()).toMatchObject({ class: 'SYSTEM' });
});
