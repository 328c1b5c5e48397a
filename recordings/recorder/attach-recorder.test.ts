import { registerTelemetry } from 'ai';
import { afterEach, expect, test } from 'vitest';
import type { AttachedTelemetry } from '../calls/telemetry.ts';
import type { CallRecording } from '../format/call-recording.ts';
import { attachReplay } from '../replayer/calls/attach-replay.ts';
import { type CallReplay, openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { ToolNotReplayableError } from '../replayer/calls/tool-not-replayable-error.ts';
import { askGuide, type GuideSeams, ran, startGuideServer } from '../testing/guide-agent.ts';
import { attachRecorder } from './attach-recorder.ts';
import { createCallRecorder, recordModel, recordTools } from './call-recorder.ts';

// Nothing in the agent is wrapped: whoever records or replays it stands in the AI SDK's telemetry.

const asItIs: GuideSeams = { model: (model) => model, tools: (tools) => tools };
const nowhere = 'http://127.0.0.1:9/v1';

function attach(telemetry: AttachedTelemetry): void {
  registerTelemetry(telemetry);
}

afterEach(() => {
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
  ran.length = 0;
});

async function recordGuide(): Promise<CallRecording> {
  await using server = await startGuideServer();
  const recorder = createCallRecorder({ name: 'guide', made: 'live:guide-1' });
  attach(attachRecorder(recorder));
  await askGuide(server.url, asItIs);
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
  return recorder.finish();
}

const recording = await recordGuide();

test('attached or wrapped, the recording is the same but for what a tool showed on the way', async () => {
  await using server = await startGuideServer();
  const recorder = createCallRecorder({ name: 'guide', made: 'live:guide-1' });
  await askGuide(server.url, {
    model: (model) => recordModel(model, recorder),
    tools: (tools) => recordTools(tools, recorder),
  });
  const wrapped = recorder.finish();
  const showless = wrapped.exchanges.map((exchange) => {
    if (exchange.t !== 'tool') return exchange;
    const { shown: _, ...rest } = exchange;
    return rest;
  });
  expect(recording).toEqual({ ...wrapped, exchanges: showless });
});

async function replayGuide(replay: CallReplay, seams = asItIs): Promise<string> {
  attach(attachReplay(replay));
  return askGuide(nowhere, seams);
}

test('models are answered in an agent whose code stays as it is, tools in those that are wrapped', async () => {
  const replay = openCallReplay(recording, { tools: { research: 'live' } });
  const said = await replayGuide(replay, { ...asItIs, tools: (tools) => replay.tools(tools) });
  expect(said).toContain('Rome is sunny');
  expect(replay.finish()).toMatchObject({ verdict: 'same', models: 6, tools: 5 });
  expect(ran.toSorted()).toEqual(['research Paris', 'research Rome']);
});

test('a tool that nothing can stand in for is refused before it runs, whatever the agent makes of it', async () => {
  const replay = openCallReplay(recording);
  await replayGuide(replay);
  expect(ran).toEqual([]);
  expect(() => replay.finish()).toThrow(ToolNotReplayableError);
});

test('a tool that is let run is compared with nothing, and the replay is no agreement', async () => {
  const replay = openCallReplay(recording, {
    tools: { research: 'live', fares: 'live', lookUp: 'live' },
  });
  await replayGuide(replay);
  expect(ran.length).toBe(5);
  expect(replay.finish()).toMatchObject({ verdict: 'unverifiable', models: 6, tools: 0 });
});
