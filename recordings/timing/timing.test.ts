import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { isStepCount, streamText, type ToolSet, tool } from 'ai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { lastToolResult, scriptedModel } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  type CallRecorder,
  createCallRecorder,
  recordModel,
  recordTools,
} from '../recorder/call-recorder.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { openRecorder } from '../recorder/open-recorder.ts';
import { openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { type HandStopwatch, handStopwatch, slowModel } from '../testing/hand-stopwatch.ts';
import { parcelAgents, parcelPlaybook, runParcelSession } from '../testing/parcel-desk.ts';
import { readTimedStory } from './read-timed-story.ts';
import type { RecordedTiming } from './recorded-timing.ts';
import { readTiming } from './timing-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timing-'));
  path = join(folder, 'traveller.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const model = scriptedModel({
  name: 'weather-model',
  plays: [
    {
      name: 'looks out',
      when: ({ messages }) => messages.length === 1,
      answer: () => ({ calls: [{ tool: 'lookOut', input: { city: 'Rome' } }] }),
    },
    {
      name: 'answers',
      when: () => true,
      answer: (talk) => ({
        text: `It is ${JSON.stringify(lastToolResult(talk, 'lookOut')?.output)}, so take a hat with you.`,
      }),
    },
  ],
});

const toolsOf = ({ pass }: HandStopwatch): ToolSet => ({
  lookOut: tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: () => {
      pass(250);
      return 'sunny';
    },
  }),
});

async function advise(asked: LanguageModelV4, tools: ToolSet): Promise<string> {
  const { text } = streamText({
    model: asked,
    tools,
    stopWhen: isStepCount(3),
    prompt: 'I go to Rome.',
    onError: () => undefined,
  });
  return text;
}

const paces = { answerMs: 400, partMs: 30 };

/** Records the adviser, with all the time that it takes passing by hand. */
async function recordAdviser(timed: boolean, speed = paces): Promise<CallRecorder> {
  const stopwatch = handStopwatch();
  const recorder = createCallRecorder({
    name: 'traveller',
    made: 'scripted',
    ...(timed ? { timing: stopwatch.now } : {}),
  });
  await advise(
    recordModel(slowModel(model, stopwatch, speed), recorder),
    recordTools(toolsOf(stopwatch), recorder),
  );
  return recorder;
}

test('what was measured stands beside the recording, a line for each place', async () => {
  const recorder = await recordAdviser(true);
  await recorder.save(path);
  expect(await readdir(folder)).toEqual(['traveller.jsonl', 'traveller.timing.json']);
  const text = await readFile(join(folder, 'traveller.timing.json'), 'utf8');
  expect(text.replace(/"of":"[0-9a-f]{64}"/, '"of":"…"')).toMatchInlineSnapshot(`
    "{"t":"timing","v":1,"of":"…","places":{
    "main#0":{"start":0,"took":640,"pieces":[430,30,30,60,30,30,30]},
    "main#1":{"start":640,"took":250},
    "main#2":{"start":890,"took":670,"pieces":[430,30,30,60,60,30,30]}
    }}
    "
  `);
  expect(await readTiming(path)).toEqual(recorder.timing());
});

test('measured or not, fast or slow, the recording is the same to the byte; unmeasured nothing is kept of time', async () => {
  const [timed, slower, untimed] = [
    await recordAdviser(true),
    await recordAdviser(true, { answerMs: 4000, partMs: 7 }),
    await recordAdviser(false),
  ];
  const [first, ...others] = [timed, slower, untimed].map((each) =>
    serializeRecording(each.finish()),
  );
  expect(others).toEqual([first, first]);
  expect(slower.timing()?.of).toBe(timed.timing()?.of);
  expect(slower.timing()?.places).not.toEqual(timed.timing()?.places);
  await untimed.save(path);
  expect([untimed.timing(), await readdir(folder)]).toEqual([undefined, ['traveller.jsonl']]);
});

test('a story has the times of its places; those that were measured of other bytes are told, and not shown', async () => {
  const recorder = await recordAdviser(true);
  await recorder.save(path);
  const { timing } = await readTimedStory(path);
  const places = timing.kind === 'measured' ? [...timing.places] : [];
  expect(places.map(([place, { start, took, first }]) => [place, start, took, first])).toEqual([
    ['main#0', 0, 640, 550],
    ['main#1', 640, 250, undefined],
    ['main#2', 890, 670, 550],
  ]);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('sunny', 'rainy'));
  expect(await readTimedStory(path)).toMatchObject({ timing: { kind: 'stale' } });
  await rm(join(folder, 'traveller.timing.json'));
  expect(await readTimedStory(path)).toMatchObject({ timing: { kind: 'none' } });
});

test.for([
  ['no JSON', () => '{'],
  ['another version', (text: string) => text.replace('"v":1', '"v":2')],
  ['a time that goes back', (text: string) => text.replace('"took":250', '"took":-250')],
  ['other pieces than there are', (text: string) => text.replace('"pieces":[', '"pieces":[1,')],
] as const)('%s is refused as what was measured', async ([, bend]) => {
  await (await recordAdviser(true)).save(path);
  const file = join(folder, 'traveller.timing.json');
  const text = await readFile(file, 'utf8');
  expect(bend(text)).not.toBe(text);
  await writeFile(file, bend(text));
  await expect(readTimedStory(path)).rejects.toMatchObject({ code: 'TIMING_INVALID' });
});

async function measured(): Promise<{ recording: CallRecording; timing: RecordedTiming }> {
  const recorder = await recordAdviser(true);
  const recording = recorder.finish();
  const timing = recorder.timing();
  if (timing === undefined) throw new TypeError('it was measured');
  return { recording, timing };
}

test('a replay takes the time that the recording took, piece by piece, where it is asked to', async () => {
  const { recording, timing } = await measured();
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  const replay = openCallReplay(recording, { pace: { timing, wait } });
  expect(await advise(replay.model(model), replay.tools(toolsOf(handStopwatch())))).toContain(
    'sunny',
  );
  expect(replay.finish()).toMatchObject({ verdict: 'same', models: 2, tools: 1 });
  const { places } = timing;
  expect(waits).toEqual(
    [
      ...(places['main#0']?.pieces ?? []),
      places['main#1']?.took,
      ...(places['main#2']?.pieces ?? []),
    ].filter((ms) => ms !== 0),
  );
  expect(waits.reduce((total, ms) => total + ms, 0)).toBe(640 + 250 + 670);

  const one = openCallReplay(recording, { pace: { timing, wait } });
  waits.length = 0;
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hm?' }] }];
  await expect(async () => one.model(model).doGenerate({ prompt })).rejects.toThrow('traveller');
  expect(waits).toEqual([]);
});

test('a call that its caller gives up is waited for no longer', async () => {
  const { recording, timing } = await measured();
  const giveUp = new AbortController();
  const replay = openCallReplay(recording, {
    pace: {
      timing,
      wait: async (_, signal) => {
        giveUp.abort(new Error('given up'));
        signal?.throwIfAborted();
      },
    },
  });
  const { stream } = streamText({
    model: replay.model(model),
    tools: replay.tools(toolsOf(handStopwatch())),
    prompt: 'I go to Rome.',
    abortSignal: giveUp.signal,
    onError: () => undefined,
  });
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  expect(types.at(-1)).toBe('abort');
});

test('a pace that is another recording’s is refused', async () => {
  const { recording, timing } = await measured();
  const other = { ...timing, of: '0'.repeat(64) };
  expect(() => openCallReplay(recording, { pace: { timing: other } })).toThrow(
    expect.objectContaining({ code: 'TIMING_STALE' }),
  );
});

test('a session is measured as well, also while it is written, and keeps its bytes', async () => {
  const agents = parcelAgents();
  const identity = { provider: 'scripted', modelId: 'parcel-desk' };
  const common = { name: 'parcel-desk', made: 'scripted', model: identity, agents };
  const run = async (
    recorder: Pick<ReturnType<typeof createRecorder>, 'exchanges'>,
    stopwatch: HandStopwatch,
  ) =>
    runParcelSession({
      agents,
      model: slowModel(scriptedModel(parcelPlaybook), stopwatch, paces),
      exchanges: recorder.exchanges,
    });
  const [plainWatch, keptWatch, writtenWatch] = [handStopwatch(), handStopwatch(), handStopwatch()];
  const plain = createRecorder(common);
  const kept = createRecorder({ ...common, timing: keptWatch.now });
  const written = openRecorder({ ...common, timing: writtenWatch.now, path });
  const recording = kept.finish(await run(kept, keptWatch));
  await written.finish(await run(written, writtenWatch));
  const unmeasured = serializeRecording(plain.finish(await run(plain, plainWatch)));
  expect([serializeRecording(recording), await readFile(path, 'utf8')]).toEqual([
    unmeasured,
    unmeasured,
  ]);
  expect(await readTiming(path)).toEqual(kept.timing());
  const { timing } = await readTimedStory(path);
  const places = timing.kind === 'measured' ? timing.places : new Map();
  expect(places.size).toBe(recording.exchanges.length);
  expect(places.get('2/parcels#0')).toMatchInlineSnapshot(`
    {
      "first": 520,
      "pieces": [
        430,
        30,
        30,
        30,
        30,
        30,
        30,
      ],
      "start": 3070,
      "took": 610,
    }
  `);
});
