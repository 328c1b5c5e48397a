import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, type LanguageModel, streamText, type ToolSet, tool } from 'ai';
import { afterAll, assert, expect, test } from 'vitest';
import { z } from 'zod';
import { lastToolResult, type Playbook, startOpenAiServer } from '#harness/testing';
import { type CallRecording, isSession } from '../format/call-recording.ts';
import { placeName } from '../format/recording.ts';
import { readAnyRecording, writeRecording } from '../format/recording-file.ts';
import { SecretFoundError } from '../format/secret-found-error.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  type CallReplay,
  type CallReplayOptions,
  openCallReplay,
} from '../replayer/calls/open-call-replay.ts';
import { ReplayDivergedError } from '../replayer/replay-diverged-error.ts';
import { createCallRecorder, recordModel, recordTools } from './call-recorder.ts';

// An agent that knows nothing of Groundhog: it streams, asks two researchers at a time, which are agents too, and one of its
// tools answers bit by bit. It is recorded through the real provider and a server whose ids, latencies and chunks are chance.

const playbook: Playbook = {
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

interface Seams {
  readonly model: (model: Exclude<LanguageModel, string>) => LanguageModel;
  readonly tools: <Tools extends ToolSet>(tools: Tools) => Tools;
}

interface Change {
  readonly instructions?: string;
  readonly lookUp?: string;
  readonly weather?: string;
  readonly prompt?: string;
}

const ran: string[] = [];

async function askGuide(url: string, seams: Seams, change: Change = {}): Promise<string> {
  const provider = createOpenAI({ baseURL: url, apiKey: 'key-of-a-test' });
  const model = seams.model(provider('guide-1'));
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

async function record(
  change: Change = {},
): Promise<{ readonly recording: CallRecording; readonly said: string }> {
  await using server = await startOpenAiServer({
    playbook,
    chunkDelayMs: () => randomInt(3),
    deltaCharacters: () => randomInt(1, 40),
  });
  const recorder = createCallRecorder({ name: 'guide', made: 'live:guide-1' });
  const said = await askGuide(
    server.url,
    {
      model: (model) => recordModel(asV4(model), recorder),
      tools: (tools) => recordTools(tools, recorder, { fares: 'read' }),
    },
    change,
  );
  return { recording: recorder.finish(), said };
}

function asV4(model: Exclude<LanguageModel, string>): Parameters<typeof recordModel>[0] {
  if (model.specificationVersion !== 'v4') throw new TypeError('an older model');
  return model;
}

const nowhere = 'http://127.0.0.1:9/v1';

function seamsOf(replay: CallReplay): Seams {
  return { model: (model) => replay.model(asV4(model)), tools: (tools) => replay.tools(tools) };
}

const folder = await mkdtemp(join(tmpdir(), 'any-agent-'));
afterAll(() => rm(folder, { recursive: true }));
const { recording, said } = await record();

/** Replays the guide as it is now, its researchers among it. */
async function replayGuide(
  change: Change,
  options: CallReplayOptions = { tools: { research: 'live' } },
): Promise<CallReplay> {
  const replay = openCallReplay(recording, options);
  // A stream swallows what its model throws.
  await askGuide(nowhere, seamsOf(replay), change);
  return replay;
}

test('recorded twice through a server that leaves everything it can to chance, the file is the same', async () => {
  const again = await record();
  expect(serializeRecording(again.recording)).toBe(serializeRecording(recording));
  expect(recording.exchanges.map(({ t, lane, n }) => `${lane}#${n} ${t}`)).toEqual([
    'main#0 model',
    'main/call1#0 model',
    'main/call1#1 tool',
    'main/call1#2 model',
    'main#1 tool',
    'main/call2#0 model',
    'main/call2#1 tool',
    'main/call2#2 model',
    'main#2 tool',
    'main#3 tool',
    'main#4 model',
  ]);
});

test('replayed without a server the agent says the same, and of its tools only the named one runs', async () => {
  ran.length = 0;
  const replay = openCallReplay(recording, { tools: { research: 'live' } });
  const again = await askGuide(nowhere, seamsOf(replay));
  expect(replay.finish()).toEqual({
    recording: 'guide',
    models: 6,
    tools: 5,
    verdict: 'same',
    unverifiable: [],
  });
  expect(again.replaceAll(/\[.*?\]/g, '')).toBe(said.replaceAll(/\[.*?\]/g, ''));
  expect(again).toContain('[fares…][fares…][fares]');
  expect(ran.toSorted()).toEqual(['research Paris', 'research Rome']);
});

test('where no tool runs, the agents within are not compared, and that is no agreement', async () => {
  ran.length = 0;
  const report = (await replayGuide({}, {})).finish();
  expect(ran).toEqual([]);
  expect(report).toMatchObject({ verdict: 'unverifiable', models: 2, tools: 3 });
  expect(report.unverifiable.map(({ at }) => placeName(at.place))).toEqual([
    'main/call1#0',
    'main/call1#1',
    'main/call1#2',
    'main/call2#0',
    'main/call2#1',
    'main/call2#2',
  ]);
});

test.each([
  [
    'a sentence of the instructions of the agent in a tool',
    { instructions: 'You research one town.' },
    {
      class: 'SYSTEM',
      at: { place: { lane: expect.stringMatching(/^main.call[12]$/), ordinal: 0 } },
    },
  ],
  [
    'a tool by another name',
    { lookUp: 'weatherOf' },
    {
      class: 'TOOLS',
      at: { place: { lane: expect.stringMatching(/^main.call[12]$/), ordinal: 0 } },
    },
  ],
  [
    'a message',
    { prompt: 'Paris or Bern? Write to ann@example.com.' },
    {
      class: 'MESSAGE',
      at: { place: { lane: 'main', ordinal: 0 } },
      difference: {
        pointer: '/0/content/0/text',
        recorded: 'Paris or Rome? Write to [e-mail].',
        asked: 'Paris or Bern? Write to [e-mail].',
      },
    },
  ],
] as const)('%s diverges as exactly that', async (_, change, divergence) => {
  const replay = await replayGuide(change);
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject(divergence);
});

test('a tool that runs and comes to something else diverges where it does', async () => {
  const replay = await replayGuide({ weather: 'rainy' }, { tools: 'live' });
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({
    class: 'TOOL_RESULT',
    at: { exchange: expect.stringContaining('tool lookUp({"city":') },
    difference: { pointer: '/output/weather', recorded: 'sunny', asked: 'rainy' },
  });
});

test('what nobody asked for is missed at the end', () => {
  const replay = openCallReplay(recording);
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({ class: 'MISSING_CALL' });
});

test('the file says what it is, and an edited line is told at the end', async () => {
  const path = join(folder, 'guide.jsonl');
  await writeRecording(path, recording);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"deltas":["Rome is sunny', '"deltas":["Rome is rainy'));
  const edited = await readAnyRecording(path);
  assert(!isSession(edited));
  const replay = openCallReplay(edited, { tools: { research: 'live' } });
  await askGuide(nowhere, seamsOf(replay));
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({ class: 'EDITED' });
});

test('no secret and no card number reaches the disk: what is known is taken out, what is not is refused', async () => {
  const secret = 'canary-71f0c2';
  const card = '4242 4242 4242 4242';
  const sayCard = await record({ prompt: `Paris or Rome? My card is ${card}.` });
  expect(serializeRecording(sayCard.recording)).toContain('My card is [card 1].');
  const replay = openCallReplay(sayCard.recording, { tools: { research: 'live' } });
  await askGuide(nowhere, seamsOf(replay), { prompt: `Paris or Rome? My card is ${card}.` });
  expect(replay.finish().verdict).toBe('same');

  const path = join(folder, 'told.jsonl');
  const told = await record({ weather: `sunny, says ${secret}` });
  await expect(writeRecording(path, told.recording, { secrets: [secret] })).rejects.toThrow(
    SecretFoundError,
  );
  await expect(readFile(path, 'utf8')).rejects.toThrow('ENOENT');
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  expect(texts.join('')).not.toMatch(/canary-71f0c2|4242/);
});
