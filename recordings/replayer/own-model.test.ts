import type { LanguageModelV4 } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { createHarness, defineAgent, definePrompt, type Exchanges } from '#harness';
import { memoryBacking, type Play, scriptedModel, simulatedHost } from '#harness/testing';
import { forkedFrom } from '../fork/forked-from.ts';
import { mainModelAt } from '../format/header.ts';
import { parseRecording } from '../format/parse-recording.ts';
import { placeName, placeOf, type Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createRecorder, type RecorderOptions } from '../recorder/create-recorder.ts';
import { verifyRecording } from '../recorder/verify-recording.ts';
import { tellStory } from '../story/tell-story.ts';
import { openReplay } from './open-replay.ts';
import { replaySession } from './replay-session.ts';

// A session whose summaries another model writes: the only one of its calls that the model of its header does not answer.

const prattle = 'The weather was fine, the parcel looked good and my cat liked the box very much. ';
const messages = [prattle.repeat(8), prattle.repeat(8), prattle.repeat(8)];
const plays: readonly Play[] = [
  {
    name: 'summarise',
    when: ({ system }) => system.startsWith('You keep the running summary'),
    answer: () => ({ text: 'They talked.' }),
  },
  { name: 'talk', when: () => true, answer: () => ({ text: prattle }) },
];
const prompt = definePrompt('desk', 'You help.');
const agents = [defineAgent({ name: 'desk', prompt, tools: [], handoffs: [], turnLimit: 3 })];
const modelOf = (name: string): LanguageModelV4 => scriptedModel({ name, plays });
const memoryOf = (name: string) => ({ budgetTokens: 500, summariser: modelOf(name) });
const session = { agents, entry: 'desk', guard: false };

async function play(exchanges: Exchanges, model: LanguageModelV4, summariser: string) {
  const host = simulatedHost({ startsAt: 0, seed: 1 });
  await using harness = await createHarness({
    agents,
    entry: 'desk',
    model,
    memory: memoryOf(summariser),
    backing: memoryBacking(host),
    host,
    exchanges,
  });
  for (const [index, text] of messages.entries()) {
    const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
    await harness.send({ sessionId: 's', messageId: `s/${index + 1}`, text, principal });
    await harness.outcome(`s/${index + 1}`);
  }
  return harness.events('s');
}

async function record(
  summariser: string,
  options: Partial<RecorderOptions> = {},
  model = modelOf('talker'),
): Promise<Recording> {
  const { provider, modelId } = model;
  const names = { name: 'talk', made: 'scripted', model: { provider, modelId } };
  const recorder = createRecorder({ ...names, agents, ...options });
  return recorder.finish(await play(recorder.exchanges, model, summariser));
}

const recording = await record('summariser');
const summary = '3/memory#0';
const namedIn = ({ exchanges }: Recording) =>
  exchanges.flatMap((each) =>
    each.t === 'model' && each.model !== undefined
      ? [[placeName(placeOf(each)), each.model.modelId]]
      : [],
  );

test('only a call that another model answered names one, in the file too', () => {
  expect(namedIn(recording)).toEqual([[summary, 'summariser']]);
  const text = serializeRecording(recording);
  expect(parseRecording(text, 'talk.jsonl').exchanges).toEqual(recording.exchanges);
});

test('who writes summaries is not named where it is the model of the session', async () => {
  expect(namedIn(await record('talker'))).toEqual([]);
});

test('a replay compares each call with whom it asked, and another model is told at the first call that it would answer', async () => {
  await verifyRecording({ recording, ...session, memory: memoryOf('summariser') });
  const other = await replaySession({ recording, ...session, memory: memoryOf('cheaper') });
  expect(other.divergence).toMatchObject({
    class: 'MODEL',
    at: { place: { lane: '3/memory', ordinal: 0 } },
    difference: {
      subject: 'model',
      pointer: '/modelId',
      recorded: 'summariser',
      asked: 'cheaper',
    },
    equal: ['system', 'tools', 'schema', 'settings', 'messages'],
  });
  const main = await replaySession({
    recording,
    ...session,
    memory: memoryOf('summariser'),
    asks: { provider: 'scripted', modelId: 'another' },
  });
  expect(main.divergence).toMatchObject({
    class: 'MODEL',
    at: { place: { lane: '1/desk', ordinal: 0 } },
    difference: { recorded: 'talker', asked: 'another' },
  });
});

test('a story says of a turn who answered it, where that is not the model of the recording', () => {
  const told = tellStory(recording).steps.filter((step) => step.kind === 'model');
  expect(told.map(({ place, model }) => [placeName(place), model])).toEqual([
    ['1/desk#0', undefined],
    ['2/desk#0', undefined],
    [summary, 'summariser'],
    ['3/desk#0', undefined],
  ]);
});

test('what a fork takes over keeps its bytes, whoever answers from there on, and each line still says who answered', async () => {
  const last = recording.exchanges.findIndex(
    (each) => each.t === 'model' && each.lane === '3/desk',
  );
  const origin = forkedFrom(recording, last);
  // The one who wrote the summary is now the model of the session.
  const model = modelOf('summariser');
  const replay = openReplay(recording, {
    model: 'live',
    tools: 'live',
    until: last,
    runIdOf: (run) => `s/${run}`,
  });
  const fork = await record(
    'summariser',
    {
      inner: replay.exchanges,
      forkedFrom: origin,
      model: { provider: 'scripted', modelId: 'summariser' },
    },
    model,
  );
  expect(replay.divergence()).toBeUndefined();
  expect(fork.exchanges.slice(0, last)).toEqual(recording.exchanges.slice(0, last));
  const answeredBy = fork.exchanges.flatMap((each, index) =>
    each.t === 'model' ? [(each.model ?? mainModelAt(fork.header, index)).modelId] : [],
  );
  expect(answeredBy).toEqual(['talker', 'talker', 'summariser', 'summariser']);
  await verifyRecording({ recording: fork, ...session, memory: memoryOf('summariser') });
});
