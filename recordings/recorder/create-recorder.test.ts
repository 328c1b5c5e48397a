import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { liveModel, ModelCallError, openExchanges } from '#harness';
import { scriptedModel, startOpenAiServer } from '#harness/testing';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { replayModel } from '../replayer/replay-model.ts';
import { replaySession } from '../replayer/replay-session.ts';
import {
  parcelAgents,
  parcelEntry,
  parcelPlaybook,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { createRecorder, type Recorder } from './create-recorder.ts';

const scripted = scriptedModel(parcelPlaybook);

function openRecorder(): Recorder {
  return createRecorder({
    name: 'parcel-desk',
    made: 'scripted',
    model: scripted,
    agents: parcelAgents(),
  });
}

/** The scripted model, but for what `stream` makes of its parts. */
function bentModel(
  stream: (
    parts: LanguageModelV4StreamPart[],
    call: number,
  ) => AsyncIterable<LanguageModelV4StreamPart>,
): LanguageModelV4 {
  let calls = 0;
  return {
    ...scripted,
    doStream: async (options) => {
      calls += 1;
      const whole = await scripted.doStream(options);
      const parts: LanguageModelV4StreamPart[] = [];
      for await (const part of whole.stream) parts.push(part);
      return { stream: ReadableStream.from(stream(parts, calls)) };
    },
  };
}

test('two recordings over HTTP, where every id is by chance, are the same to the byte', async () => {
  await using server = await startOpenAiServer({ playbook: parcelPlaybook });
  const model = await liveModel({ apiKey: 'any', baseUrl: server.url, model: 'parcel-desk' });
  const first = serializeRecording(await recordParcelSession({ model }));
  const second = serializeRecording(await recordParcelSession({ model }));
  expect(server.requests()).toBe(10);
  expect(second).toBe(first);
  expect(first).toContain('"itemId":"item1"');
  expect(first).not.toMatch(/"(?:resp|msg|fc|call|rs)_\w+/);
});

test('a recording over HTTP replays to itself', async () => {
  await using server = await startOpenAiServer({ playbook: parcelPlaybook });
  const model = await liveModel({ apiKey: 'any', baseUrl: server.url, model: 'parcel-desk' });
  const recording = await recordParcelSession({ model });
  const report = await replaySession({ recording, agents: parcelAgents(), entry: parcelEntry });
  expect(report).toMatchObject({ divergences: 0, network: 0, exchanges: 15 });
  expect(server.requests()).toBe(5);
});

test('definitions stand once and requests hold only what is new', async () => {
  const { definitions, exchanges } = await recordParcelSession();
  expect(definitions.map(({ id }) => id)).toEqual([
    'prompt:reception',
    'tool:handoff',
    'prompt:parcels',
    'tool:findParcel',
    'tool:quotePostage',
    'tool:fileClaim',
  ]);
  const requests = exchanges.flatMap((each) => (each.t === 'model' ? [each.request] : []));
  expect(requests.map(({ keep, messages }) => [keep, messages.length])).toEqual([
    [0, 1],
    [1, 2],
    [3, 2],
    [5, 2],
    [7, 2],
  ]);
});

test('an exchange that happens again at its place replaces the first', () => {
  const recorder = openRecorder();
  const { clock, dice } = recorder.exchanges;
  clock({ lane: '1', ordinal: 0 }, () => 1);
  dice({ lane: '1', ordinal: 1 }, () => 'a');
  clock({ lane: '1', ordinal: 0 }, () => 2);
  expect(recorder.finish([]).exchanges).toEqual([
    { t: 'clock', lane: '1', n: 0, value: 2 },
    { t: 'dice', lane: '1', n: 1, value: 'a' },
  ]);
});

test('an exchange that never ended makes the recording incomplete', async () => {
  const recorder = openRecorder();
  const place = { lane: '1/parcels', ordinal: 4 };
  const call = { tool: 'findParcel', callId: 'c', input: {} };
  const failing = recorder.exchanges.tool(place, call, () => Promise.reject(new Error('crashed')));
  await expect(failing).rejects.toThrow('crashed');
  expect(() => recorder.finish([])).toThrow('the exchange at 1/parcels#4 never ended');
});

test('a stream that is given up is no exchange, and one that is read to its end is', async () => {
  const recorder = openRecorder();
  const place = { lane: '1/parcels', ordinal: 0 };
  const model = recorder.exchanges.model(place, scripted);
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello?' }] }];
  const { stream } = await model.doStream({ prompt });
  await stream.cancel();
  expect(() => recorder.finish([])).toThrow('never ended');
  const again = await model.doStream({ prompt });
  for await (const part of again.stream) expect(part.type).toBeTypeOf('string');
  expect(recorder.finish([]).exchanges).toMatchObject([{ t: 'model', lane: '1/parcels', n: 0 }]);
});

test('parts pass on as they come and are not read ahead', async () => {
  let sent = 0;
  const source = bentModel(async function* (parts) {
    for (const part of parts) {
      sent += 1;
      yield part;
    }
  });
  const model = openRecorder().exchanges.model({ lane: '1/parcels', ordinal: 0 }, source);
  const { stream } = await model.doStream({
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello?' }] }],
  });
  const reader = stream.getReader();
  await reader.read();
  // The source's own stream holds one part ready; the recorder holds none.
  expect(sent).toBeLessThanOrEqual(2);
  await reader.cancel();
});

test('a call that fails in the middle of its stream is recorded and fails again', async () => {
  const model = bentModel(async function* (parts, call) {
    yield* call === 1 ? parts : parts.slice(0, 4);
    if (call === 2) throw new TypeError('the wire broke');
  });
  const recording = await recordParcelSession({ model });
  const answers = recording.exchanges.flatMap((each) => (each.t === 'model' ? [each.answer] : []));
  expect(answers.map(({ error }) => error?.code)).toEqual([
    undefined,
    'MODEL_CALL_FAILED',
    undefined,
  ]);
  const report = await replaySession({ recording, agents: parcelAgents(), entry: parcelEntry });
  expect(report.divergence).toBeUndefined();
  expect(report.events.map(({ fact }) => fact.type)).toContain('run-failed');
});

test('a refused request is recorded with its status, without the key, and is refused again', async () => {
  await using server = await startOpenAiServer({
    playbook: parcelPlaybook,
    faults: ['rate-limited', 'rate-limited', 'rate-limited'],
  });
  const model = await liveModel({ apiKey: 'any', baseUrl: server.url, model: 'parcel-desk' });
  const recording = await recordParcelSession({ model });
  const [failed] = recording.exchanges.flatMap((each) => (each.t === 'model' ? [each.answer] : []));
  expect(failed?.error).toMatchObject({
    code: 'MODEL_RATE_LIMITED',
    retryable: true,
    statusCode: 429,
  });
  const report = await replaySession({ recording, agents: parcelAgents(), entry: parcelEntry });
  expect(report.divergence).toBeUndefined();
});

test('a refused request fails on replay as the error that it was, with the time to wait', async () => {
  const refused = new APICallError({
    message: 'Slow down',
    url: 'https://host/v1/responses',
    requestBodyValues: {},
    statusCode: 429,
    responseHeaders: { 'retry-after': '20' },
  });
  const model = scriptedModel(parcelPlaybook);
  const recording = await recordParcelSession({
    model: { ...model, doStream: () => Promise.reject(refused) },
  });
  const [failed] = recording.exchanges.flatMap((each) => (each.t === 'model' ? [each.answer] : []));
  expect(failed).toEqual({
    parts: [],
    error: {
      code: 'MODEL_RATE_LIMITED',
      message: expect.stringContaining('HTTP 429: Slow down.'),
      retryable: true,
      statusCode: 429,
      retryAfterMs: 20_000,
    },
  });
  const replaying = replayModel(recording.header.model, () => ({ parts: [], ...failed }));
  const again = Promise.resolve(replaying.doStream({ prompt: [] }));
  await expect(again).rejects.toBeInstanceOf(ModelCallError);
  await expect(again).rejects.toMatchObject(failed?.error ?? {});
});

test('a tool exchange says what its tool changes', async () => {
  const recording = await recordParcelSession();
  const effects = recording.exchanges.flatMap((each) =>
    each.t === 'tool' ? [[each.tool, each.effect]] : [],
  );
  expect(effects).toEqual([
    ['handoff', 'compute'],
    ['findParcel', 'read'],
    ['quotePostage', 'compute'],
    ['fileClaim', 'transactional'],
  ]);
});

test('a failure that a second attempt overcame leaves the answer alone', async () => {
  await using server = await startOpenAiServer({
    playbook: parcelPlaybook,
    faults: ['server-error'],
  });
  const model = await liveModel({ apiKey: 'any', baseUrl: server.url, model: 'parcel-desk' });
  const [shaken, smooth] = [
    await recordParcelSession({ model }),
    await recordParcelSession({ model }),
  ];
  expect(server.requests()).toBe(11);
  // Only the clock tells: it went on while the first call was tried again.
  expect(modelExchangesOf(shaken)).toEqual(modelExchangesOf(smooth));
});

test('what the format cannot hold is refused with its place', async () => {
  const model = bentModel(async function* (parts) {
    yield* parts.slice(0, 2);
    yield { type: 'raw', rawValue: 1n };
    yield* parts.slice(2);
  });
  await expect(recordParcelSession({ model })).rejects.toMatchObject({
    code: 'RECORDING_UNREPRESENTABLE',
  });
});

test('a recorded session is the session that nobody recorded', async () => {
  const recorder = openRecorder();
  const recorded = await runParcelSession({ model: scripted, exchanges: recorder.exchanges });
  const plain = await runParcelSession({ model: scripted, exchanges: openExchanges });
  expect(recorded).toEqual(plain);
});

function modelExchangesOf({ exchanges }: Recording): Recording['exchanges'] {
  return exchanges.filter(({ t }) => t === 'model');
}
