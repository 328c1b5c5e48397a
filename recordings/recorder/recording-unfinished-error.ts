import { HarnessError } from '#harness';

/** Another recording began at this path and was not finished: what a crash left is not written over. */
export class RecordingUnfinishedError extends HarnessError {
  constructor(file: string, cause: unknown) {
    super({
      code: 'RECORDING_UNFINISHED',
      message: `${file} is what is left of a recording that was not finished.`,
      hint: 'Look at it (readRecording opens it with torn: open), and move it away.',
      cause,
    });
  }
}
