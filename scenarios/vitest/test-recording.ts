import { existsSync } from 'node:fs';
import { HarnessError } from '#harness';
import {
  type CallRecorder,
  type CallRecording,
  type CallReplay,
  type CallReplayOptions,
  type CallReplayReport,
  createCallRecorder,
  isSession,
  openCallReplay,
  readAnyRecording,
  readPolicy,
  readTiming,
  recordModel,
  recordTools,
} from '#recordings';
import type { RecordingMode } from './recording-mode.ts';
import { savedMs } from './saved-ms.ts';

type Model = Parameters<typeof recordModel>[0];

/** A test, by its recording. */
export interface TestedRecording {
  readonly path: string;
  readonly name: string;
  /** The command that records it again. */
  readonly again: string;
}

/** The recording of one test: made while it runs, or standing in for models and tools. */
export interface TestRecording extends TestedRecording {
  readonly isRecording: boolean;
  /** The model to be given to the agent. It is asked only while the test is recorded. */
  readonly model: (model: Model) => Model;
  /** The tools to be given to the agent. They run only while the test is recorded, or where it says that they are live. */
  readonly tools: CallReplay['tools'];
  /** As `lane` of a recorder: for calls that nothing puts in an order. */
  readonly lane: CallReplay['lane'];
  /** What is called in the test: so far, while it is recorded; as it was recorded, where it is replayed. */
  readonly calls: () => CallRecording;
  /** Whether the replay has left its recording so far; never while the test is recorded. */
  readonly isDrifted: () => boolean;
  /** What the replay came to; undefined while the test is recorded. */
  readonly report: () => CallReplayReport | undefined;
  /** How long was not waited for what the recording answered, in milliseconds; undefined where nothing was measured. */
  readonly savedMs: () => Promise<number | undefined>;
  /** Writes what was recorded. */
  readonly save: (secrets: readonly string[]) => Promise<void>;
}

/** How a test's recording is opened. */
export interface TestRecordingOptions {
  readonly mode: RecordingMode;
  readonly tools?: NonNullable<CallReplayOptions['tools']>;
  readonly made?: string;
  readonly timing?: boolean;
}

/** @throws TestRecordingMissingError where there is none, and none is to be made. */
export async function openTestRecording(
  test: TestedRecording,
  { mode, made, timing = false, tools = 'recorded' }: TestRecordingOptions,
): Promise<TestRecording> {
  const { path, name } = test;
  const isThere = existsSync(path);
  if (mode === 'update' || (mode === 'missing' && !isThere)) {
    const by = made === undefined ? {} : { made };
    const measuring = timing ? { timing } : {};
    return recordingOf(test, createCallRecorder({ name, ...by, ...measuring }));
  }
  if (!isThere) throw new TestRecordingMissingError(test);
  const recording = await readAnyRecording(path);
  if (isSession(recording)) throw new TestRecordingMissingError(test);
  const drift = { policy: await readPolicy(path), today: new Date().toISOString().slice(0, 10) };
  return replayOf(test, openCallReplay(recording, { tools, drift }), tools);
}

function recordingOf(test: TestedRecording, recorder: CallRecorder): TestRecording {
  const { path } = test;
  return {
    ...test,
    isRecording: true,
    model: (model) => recordModel(model, recorder),
    tools: (tools) => recordTools(tools, recorder),
    lane: recorder.lane,
    calls: recorder.finish,
    isDrifted: () => false,
    report: () => undefined,
    savedMs: () => Promise.resolve(undefined),
    save: async (secrets) => {
      const { exchanges } = recorder.finish();
      if (exchanges.length === 0) throw new NothingRecordedError(path);
      await recorder.save(path, { secrets });
    },
  };
}

function replayOf(
  test: TestedRecording,
  replay: CallReplay,
  tools: NonNullable<CallReplayOptions['tools']>,
): TestRecording {
  return {
    ...test,
    isRecording: false,
    model: replay.model,
    tools: replay.tools,
    lane: replay.lane,
    calls: () => replay.recording,
    isDrifted: () => replay.divergence() !== undefined,
    report: replay.finish,
    savedMs: async () => savedMs(replay.recording, { timing: await readTiming(test.path), tools }),
    save: () => Promise.resolve(),
  };
}

class TestRecordingMissingError extends HarnessError {
  constructor({ name, path, again }: TestedRecording) {
    super({
      code: 'TEST_RECORDING_MISSING',
      message: `Nothing is recorded of "${name}": there are no calls at ${path}.`,
      hint: `Record it, which asks the model and runs the tools: ${again}. Or all that have none: GROUNDHOG_RECORD=missing npx vitest run.`,
    });
  }
}

/** A recording of nothing would replay whatever became of the agent. */
class NothingRecordedError extends HarnessError {
  constructor(path: string) {
    super({
      code: 'NOTHING_RECORDED',
      message: `The test called no model and no tool, so there is nothing to write to ${path}.`,
      hint: 'Give the agent recording.model(model) and recording.tools(tools).',
    });
  }
}
