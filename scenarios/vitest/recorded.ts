import { relative } from 'node:path';
import { expect, type TestAPI } from 'vitest';
import { HarnessError } from '#harness';
import {
  acceptableClasses,
  type CallReplayOptions,
  type CallReplayReport,
  placeName,
  ReplayDivergedError,
  sayDivergence,
  shellWord,
} from '#recordings';
import { addRecordingMatchers } from './recording-matchers.ts';
import { recordingMode } from './recording-mode.ts';
import { recordingPath, takePath } from './recording-path.ts';
import { usageOf } from './recording-usage.ts';
import { openTestRecording, type TestedRecording, type TestRecording } from './test-recording.ts';

export interface RecordedTestOptions {
  /** Which tools run in a replay too, as of `openCallReplay`: those in which agents are asked. None by default. */
  readonly tools?: NonNullable<CallReplayOptions['tools']>;
  /** Who answers while a test is recorded: `scripted`; by default the model that is asked first, live. */
  readonly made?: string;
  /** Measures how long calls take while a test is recorded; it is kept beside the recording, and says what replays save. */
  readonly timing?: boolean;
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
      const name = names.join(' > ');
      const path = recordingPath(task.file.filepath, names);
      takePath(path, { id: task.id, file: task.file, name });
      const isUpdate = expect.getState().snapshotState.snapshotUpdateState === 'all';
      const mode = recordingMode(process.env, isUpdate);
      const again = commandFor(task.file.filepath, names);
      const recording = await openTestRecording({ path, name, again }, { ...options, mode });
      await use(recording);
      try {
        // Nothing is saved of a test that failed. If it left its recording, its agent has said so; what to do is said here.
        if (task.result?.state === 'fail') {
          if (recording.isDrifted()) reportOf(recording);
          return;
        }
        const report = reportOf(recording);
        if (report?.verdict === 'unverifiable') throw new NoAgreementError(report);
        await recording.save(secrets);
        task.meta.groundhog = await usageOf(recording, report);
      } finally {
        if (recording.isDrifted()) task.meta.groundhog = await usageOf(recording);
      }
    },
  });
}

/** @throws TestReplayDivergedError, which says what to do in a test. */
function reportOf(recording: TestRecording): CallReplayReport | undefined {
  try {
    return recording.report();
  } catch (error) {
    if (error instanceof ReplayDivergedError) throw new TestReplayDivergedError(error, recording);
    throw error;
  }
}

/** What records one test again, and no other: vitest looks for its full name, as a pattern. */
function commandFor(file: string, names: readonly string[]): string {
  const pattern = names.join(' ').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return `npx vitest run ${shellWord(relative('', file))} -t ${shellWord(`^${pattern}$`)} -u`;
}

interface Suite {
  readonly name: string;
  readonly suite?: Suite | undefined;
}

function suitesOf({ suite }: { readonly suite?: Suite | undefined }): readonly string[] {
  return suite === undefined ? [] : [...suitesOf(suite), suite.name];
}

class TestReplayDivergedError extends HarnessError {
  constructor(error: ReplayDivergedError, { again, path }: TestedRecording) {
    const { divergence } = error;
    const file = shellWord(relative('', path));
    super({
      code: 'TEST_REPLAY_DIVERGED',
      message: sayDivergence(divergence),
      hint: [
        `If that is meant, record it again: ${again}.`,
        ...(acceptableClasses.some((each) => each === divergence.class)
          ? [
              `For a while: npx groundhog accept ${file} --class ${divergence.class} --reason TEXT --until YYYY-MM-DD.`,
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
