import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, assert, expect, test } from 'vitest';
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
import {
  askGuide,
  type GuideChange,
  type GuideSeams,
  ran,
  startGuideServer,
} from '../testing/guide-agent.ts';
import { createCallRecorder, recordModel, recordTools } from './call-recorder.ts';

async function record(
  change: GuideChange = {},
): Promise<{ readonly recording: CallRecording; readonly said: string }> {
  await using server = await startGuideServer();
  const recorder = createCallRecorder({ name: 'guide', made: 'live:guide-1' });
  const said = await askGuide(
    server.url,
    {
      model: (model) => recordModel(model, recorder),
      tools: (tools) => recordTools(tools, recorder, { fares: 'read' }),
    },
    change,
  );
  return { recording: recorder.finish(), said };
}

const nowhere = 'http://127.0.0.1:9/v1';

function seamsOf(replay: CallReplay): GuideSeams {
  return { model: (model) => replay.model(model), tools: (tools) => replay.tools(tools) };
}

const folder = await mkdtemp(join(tmpdir(), 'any-agent-'));
afterAll(() => rm(folder, { recursive: true }));
const { recording, said } = await record();

/** Replays the guide as it is now, its researchers among it. */
async function replayGuide(
  change: GuideChange,
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
    http: 0,
    verdict: 'same',
    drifts: [],
    unverifiable: [],
    policies: [],
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
  expect(report.unverifiable.map(({ at }) => at && placeName(at.place))).toEqual([
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

test.for([
  [
    'a model of embeddings',
    { specificationVersion: 'v4', doEmbed: () => undefined },
    'no language model',
  ],
  ['a name', 'openai/gpt-5', 'the name "openai/gpt-5"'],
  [
    'a model of another version',
    { specificationVersion: 'v2', doGenerate, doStream: doGenerate },
    'version v2',
  ],
] as const)('%s is refused when it is to be recorded', ([, model, message]) => {
  const recorder = createCallRecorder({ name: 'any', made: 'scripted' });
  const given = [model, recorder];
  expect(() => Reflect.apply(recordModel, undefined, given)).toThrow(message);
});

function doGenerate(): void {}

test('who answers is said in the two ways there are, or at once not at all', () => {
  expect(() => createCallRecorder({ name: 'any', made: 'mine' })).toThrow(
    'neither scripted nor live',
  );
});
