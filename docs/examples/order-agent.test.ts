import { isStepCount, ToolLoopAgent, tool } from 'ai';
import { test as base, expect } from 'vitest';
import { z } from 'zod';
import { lastToolResult, scriptedModel } from '#harness/testing';
import { recorded } from '#scenarios/vitest';

// Stands for your provider, such as openai('gpt-5-mini'): it is asked only while the test is recorded.
const model = scriptedModel({
  name: 'order-model',
  plays: [
    {
      name: 'looks the order up',
      when: ({ messages }) => messages.length === 1,
      answer: () => ({ calls: [{ tool: 'findOrder', input: { id: 'A-17' } }] }),
    },
    {
      name: 'answers',
      when: () => true,
      answer: (conversation) => ({
        text: `Your order is ${JSON.stringify(lastToolResult(conversation, 'findOrder')?.output)}.`,
      }),
    },
  ],
});

// As is your tool: it runs only while the test is recorded.
const tools = {
  findOrder: tool({
    description: 'Find an order.',
    inputSchema: z.object({ id: z.string() }),
    execute: async ({ id }) => ({ id, state: 'on its way' }),
  }),
};

const test = recorded(base, { made: 'scripted' });

test('a customer is told where the order is', async ({ recording }) => {
  const agent = new ToolLoopAgent({
    model: recording.model(model),
    instructions: 'You find orders.',
    tools: recording.tools(tools),
    stopWhen: isStepCount(4),
  });
  const { text } = await agent.generate({ prompt: 'Where is A-17?' });
  expect(text).toContain('on its way');
  expect(recording).toReplay();
  expect(recording).toCallTools(['findOrder']);
  expect(recording).toKeepCachePrefix();
});
