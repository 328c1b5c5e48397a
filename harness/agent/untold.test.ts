import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { AI_SDK_TELEMETRY_TRACING_CHANNEL, registerTelemetry, streamText } from 'ai';
import { expect, test } from 'vitest';
import { createHarness } from '../create-harness.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// What makes spans of what the AI SDK tells them would keep what nobody has redacted.

const answer = 'We write to ada@example.com.';
const model = scriptedModel({
  name: 'says an address',
  plays: [{ name: 'says it', when: () => true, answer: () => ({ text: answer }) }],
});

const told: string[] = [];
registerTelemetry({
  onLanguageModelCallEnd: (event) => {
    told.push(JSON.stringify(event.content));
  },
});

async function heardWhile(act: () => Promise<unknown>): Promise<readonly string[]> {
  told.length = 0;
  const channel = `tracing:${AI_SDK_TELEMETRY_TRACING_CHANNEL}:start`;
  const listen = (message: unknown): void => {
    told.push(JSON.stringify(message));
  };
  subscribe(channel, listen);
  try {
    await act();
  } finally {
    unsubscribe(channel, listen);
  }
  return [...told];
}

test('telemetry that is registered for the process is told nothing of a session', async () => {
  const agent = defineAgent({
    name: 'helper',
    prompt: definePrompt('helper', 'You help.'),
    tools: [],
    handoffs: [],
    turnLimit: 2,
  });
  const host = simulatedHost({ startsAt: 0, seed: 1 });
  await using harness = await createHarness({
    agents: [agent],
    entry: 'helper',
    model,
    backing: memoryBacking(),
    host,
  });
  const heard = await heardWhile(async () => {
    const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
    await harness.send({ sessionId: 's', messageId: 'm', text: 'I am bob@example.com', principal });
    expect(await harness.outcome('m')).toMatchObject({ kind: 'answered' });
  });
  expect(heard).toEqual([]);
});

test('negative control: of a call beside it, it is told the answer, and the channel what was asked', async () => {
  const heard = await heardWhile(
    async () => streamText({ model, prompt: 'I am bob@example.com' }).text,
  );
  expect(heard.join()).toContain(answer);
  expect(heard.join()).toContain('bob@example.com');
});
