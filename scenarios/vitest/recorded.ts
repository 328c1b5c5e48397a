import { relative } from 'node:path';
import { expect, type TestAPI } from 'vitest';
import { HarnessError } from '#harness';
import {
  acceptableClasses,
  type CallReplayOptions,
  type CallReplayReport,
  placeName,
  ReplayDivergedError,
} from '#recordings';
import { addRecordingMatchers } from './recording-matchers.ts';
import { recordingMode } from './recording-mode.ts';
import { recordingPath } from './recording-path.ts';
import { usageOf } from './recording-usage.ts';
import { openTestRecording, type TestRecording } from './test-recording.ts';

export interface RecordedTestOptions {
  /** Which tools run in a replay too, as of `openCallReplay`: those in which agents are asked. None by default. */
  readonly tools?: NonNullable<CallReplayOptions['tools']>;
  /** Who answers while a test is recorded: `scripted`; by default the model that is asked first, live. */
  readonly made?: string;
  /** Values that must not reach the disk, such as the key in force. */
  readonly secrets?: readonly string[];
}

/**
 * Tests with a `recording`. It is replayed, strictly; with `vitest -u`, or GROUNDHOG_RECORD=update or =missing, it is made, and
 * saved only if the test passes. A replay that diverges, or that is no agreement, fails the test, whatever the agent makes of it.
 */
export function recorded(
  base: TestAPI,
  { secrets = [], ...options }: RecordedTestOptions = {},
): TestAPI<{ recording: TestRecording }> {
  addRecordingMatchers();
  return base.extend<{ recording: TestRecording }>({
    recording: async ({ task }, use) => {
      const names = [...suitesOf(task), task.name];
      const path = recordingPath({ id: task.id, file: task.file.filepath, names });
      const isUpdate = expect.getState().snapshotState.snapshotUpdateState === 'all';
      const mode = recordingMode(process.env, isUpdate);
      const recording = await openTestRecording(path, names.join(' > '), {
        ...options,
        mode,
      });
      await use(recording);
      try {
        // A test that failed says no more of its recording than whether it was left: nothing is saved.
        if (task.result?.state === 'fail') return;
        const report = reportOf(recording, task.name);
        if (report?.verdict === 'unverifiable') throw new NoAgreementError(report);
        await recording.save(secrets);
        task.meta.groundhog = usageOf(recording, report);
      } finally {
        if (recording.isDrifted()) task.meta.groundhog = usageOf(recording);
      }
    },
  });
}

/** @throws TestReplayDivergedError, which says what to do in a test. */
function reportOf(recording: TestRecording, test: string): CallReplayReport | undefined {
  try {
    return recording.report();
  } catch (error) {
    if (error instanceof ReplayDivergedError)
      throw new TestReplayDivergedError(error, { test, path: recording.path });
    throw error;
  }
}

interface Suite {
  readonly name: string;
  readonly suite?: Suite | undefined;
}

function suitesOf({ suite }: { readonly suite?: Suite | undefined }): readonly string[] {
  return suite === undefined ? [] : [...suitesOf(suite), suite.name];
}

function said(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

class TestReplayDivergedError extends HarnessError {
  constructor(
    error: ReplayDivergedError,
    { test, path }: { readonly test: string; readonly path: string },
  ) {
    const { recording, class: kind, at, difference, cause, note, expired } = error.divergence;
    const where = at === undefined ? 'at its end' : `at ${at.exchange}, ${placeName(at.place)}`;
    const first = cause?.difference ?? difference;
    super({
      code: 'TEST_REPLAY_DIVERGED',
      message: [
        `The replay of "${recording}" left its recording ${where}, class ${kind}.`,
        ...(cause === undefined
          ? []
          : [`It comes from ${cause.exchange}, ${placeName(cause.place)}.`]),
        ...(first === undefined
          ? []
          : [
              `${first.subject}${first.pointer} is ${said(first.asked)}, recorded is ${said(first.recorded)}.`,
            ]),
        ...(note === undefined ? [] : [note]),
        ...(expired === undefined
          ? []
          : [`It was accepted until ${expired.until}: ${expired.reason}.`]),
      ].join(' '),
      hint: [
        `If that is meant, record it again: npx vitest run -u -t '${test}'.`,
        ...(acceptableClasses.some((each) => each === kind)
          ? [
              `For a while: npx groundhog accept '${relative('', path)}' --class ${kind} --reason TEXT --until YYYY-MM-DD.`,
            ]
          : []),
      ].join(' '),
      cause: error,
    });
  }
}

class NoAgreementError extends HarnessError {
  constructor({ recording, unverifiable }: CallReplayReport) {
    const [first] = unverifiable;
    const place =
      first?.at === undefined ? '' : ` The first is ${placeName(first.at.place)}: ${first.note}`;
    super({
      code: 'REPLAY_UNVERIFIABLE',
      message: `The replay of ${recording} could not compare ${unverifiable.length} calls.${place}`,
      hint: "Let the tool run in which they are made: recorded(test, { tools: { NAME: 'live' } }).",
    });
  }
}
