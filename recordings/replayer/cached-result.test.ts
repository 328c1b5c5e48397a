import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Agent,
  createHarness,
  defineAgent,
  definePrompt,
  defineTool,
  type Exchanges,
  type HarnessOptions,
  type SessionEvent,
} from '#harness';
import { memoryBacking, scriptedModel, simulatedHost } from '#harness/testing';
import { parseRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { openReplay } from './open-replay.ts';
import { replaySession } from './replay-session.ts';

// A run that is answered again what it was answered before: its recording says so, and replays to the same.

const principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };
let asked = 0;

function agents(): readonly Agent[] {
  const findParcel = defineTool({
    name: 'findParcel',
    version: '1',
    owner: 'parcels',
    description: 'Finds a parcel by its id.',
    input: z.object({ id: z.string() }),
    output: z.object({ status: z.string() }),
    effect: 'read',
    agents: ['parcels'],
    cache: { lifeMs: 60_000 },
    execute: async () => {
      asked += 1;
      return { status: 'in transit' };
    },
  });
  const prompt = definePrompt('parcels', 'You find parcels.');
  return [
    defineAgent({ name: 'parcels', prompt, tools: [findParcel], handoffs: [], turnLimit: 4 }),
  ];
}

const twice = scriptedModel({
  name: 'look twice',
  plays: [
    {
      name: 'look',
      when: ({ messages }) => messages.filter(({ role }) => role === 'tool').length < 2,
      answer: () => ({ calls: [{ tool: 'findParcel', input: { id: 'P-7' } }] }),
    },
    { name: 'answer', when: () => true, answer: () => ({ text: 'In transit.' }) },
  ],
});

async function runSession(
  exchanges: Exchanges,
  model: HarnessOptions['model'] = twice,
): Promise<readonly SessionEvent[]> {
  const host = simulatedHost({ startsAt: 1_767_225_600_000, seed: 7 });
  await using harness = await createHarness({
    agents: agents(),
    entry: 'parcels',
    model,
    backing: memoryBacking(host),
    host,
    exchanges,
  });
  await harness.send({ sessionId: 's', messageId: 'm', text: 'Where is P-7?', principal });
  await harness.outcome('m');
  return harness.events('s');
}

const recorder = createRecorder({
  name: 'look-twice',
  made: 'scripted',
  model: { provider: 'scripted', modelId: 'look twice' },
  agents: agents(),
});
const text = serializeRecording(recorder.finish(await runSession(recorder.exchanges)));
const replay = (file: string): ReturnType<typeof replaySession> =>
  replaySession({
    recording: parseRecording(file, 'copy.jsonl'),
    agents: agents(),
    entry: 'parcels',
  });

test('a recording says which result was answered again, and replays to itself, with recorded tools and with live ones', async () => {
  const results = text.split('\n').filter((line) => line.startsWith('{"t":"tool",'));
  expect(results.map((line) => JSON.parse(line).outcome)).toEqual([
    { kind: 'completed', output: { status: 'in transit' } },
    { kind: 'completed', output: { status: 'in transit' }, cached: true },
  ]);
  expect((await replay(text)).divergence).toBeUndefined();
  const live = openReplay(parseRecording(text, 'copy.jsonl'), { tools: 'live' });
  asked = 0;
  const events = await runSession(live.exchanges, live.model);
  expect(live.finish(events).divergence).toBeUndefined();
  expect(asked).toBe(1);
});

test('one that does not say so is another', async () => {
  const otherwise = text.replace(/,"cached":true|"cached":true,/, '');
  expect(otherwise).not.toBe(text);
  expect((await replay(otherwise)).divergence).toBeDefined();
});
