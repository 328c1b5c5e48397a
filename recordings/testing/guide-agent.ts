import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, isStepCount, type LanguageModel, streamText, type ToolSet, tool } from 'ai';
import { z } from 'zod';
import {
  lastToolResult,
  type OpenAiServer,
  type Playbook,
  startOpenAiServer,
} from '#harness/testing';

// An agent that knows nothing of Groundhog: it streams, asks two researchers at a time, which are agents too, and one of its
// tools answers bit by bit. It is asked through the real provider and a server whose ids, latencies and chunks are chance.

const guidePlaybook: Playbook = {
  name: 'guide-1',
  plays: [
    {
      name: 'researcher looks up',
      when: ({ system, messages }) => system.includes('research') && messages.length === 1,
      answer: ({ messages }) => ({
        calls: [{ tool: 'lookUp', input: { city: cityIn(JSON.stringify(messages)) } }],
      }),
    },
    {
      name: 'researcher answers',
      when: ({ system }) => system.includes('research'),
      answer: (conversation) => ({
        text: `It is said to be ${JSON.stringify(lastToolResult(conversation, 'lookUp')?.output)}.`,
      }),
    },
    {
      name: 'guide asks',
      when: ({ messages }) => messages.length === 1,
      answer: () => ({
        text: 'I will have a look at both of them.',
        calls: [
          { tool: 'research', input: { city: 'Paris' } },
          { tool: 'research', input: { city: 'Rome' } },
          { tool: 'fares', input: { from: 'Lyon' } },
        ],
      }),
    },
    {
      name: 'guide answers',
      when: () => true,
      answer: (conversation) => ({
        text: `Rome is sunny and the fare is ${JSON.stringify(lastToolResult(conversation, 'fares')?.output)}.`,
      }),
    },
  ],
};

const cityIn = (text: string): string => (text.includes('Paris') ? 'Paris' : 'Rome');
const chance = (): Promise<void> => delay(randomInt(12));

export interface GuideSeams {
  readonly model: (model: LanguageModelV4) => LanguageModelV4;
  readonly tools: <Tools extends ToolSet>(tools: Tools) => Tools;
}

export interface GuideChange {
  readonly instructions?: string;
  readonly lookUp?: string;
  readonly weather?: string;
  readonly prompt?: string;
}

/** Which tools have run. */
export const ran: string[] = [];

/** What the guide says, with a mark for each result of a tool. */
export async function askGuide(
  url: string,
  seams: GuideSeams,
  change: GuideChange = {},
): Promise<string> {
  const provider = createOpenAI({ baseURL: url, apiKey: 'key-of-a-test' });
  const model = seams.model(asV4(provider('guide-1')));
  const { instructions = 'You research one city.', lookUp = 'lookUp', weather = 'sunny' } = change;
  const inner = seams.tools({
    [lookUp]: tool({
      description: 'The weather of a city.',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        ran.push(`lookUp ${city}`);
        await chance();
        return { city, weather, measuredAt: new Date(0) };
      },
    }),
  });
  const outer = seams.tools({
    research: tool({
      description: 'Have a city researched.',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        ran.push(`research ${city}`);
        await chance();
        const { text } = await generateText({
          model,
          instructions,
          prompt: `How is ${city}?`,
          tools: inner,
          stopWhen: isStepCount(3),
        });
        return text;
      },
    }),
    fares: tool({
      description: 'Fares, the latest last.',
      inputSchema: z.object({ from: z.string() }),
      async *execute({ from }) {
        ran.push(`fares ${from}`);
        yield { state: 'asking', cents: 0 };
        await chance();
        yield { state: 'known', cents: 4250 };
      },
    }),
  });
  const result = streamText({
    model,
    instructions: 'You are a guide. You ask before you answer.',
    prompt: change.prompt ?? 'Paris or Rome? Write to ann@example.com.',
    tools: outer,
    stopWhen: isStepCount(4),
    onError: () => undefined,
  });
  let shown = '';
  for await (const part of result.stream) {
    if (part.type === 'text-delta') shown += part.text;
    if (part.type === 'tool-result') shown += `[${part.toolName}${part.preliminary ? '…' : ''}]`;
  }
  return shown;
}

/** A server that leaves to chance what it can. */
export function startGuideServer(): Promise<OpenAiServer> {
  return startOpenAiServer({
    playbook: guidePlaybook,
    chunkDelayMs: () => randomInt(3),
    deltaCharacters: () => randomInt(1, 40),
  });
}

function asV4(model: Exclude<LanguageModel, string>): LanguageModelV4 {
  if (model.specificationVersion !== 'v4') throw new TypeError('an older model');
  return model;
}
