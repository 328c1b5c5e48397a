import { HarnessError } from '#harness';

/** Another recording began at this path and was not finished: what a crash left is not written over. */
export class RecordingUnfinishedError extends HarnessError {
  constructor(file: string, cause?: unknown) {
    super({
      code: 'RECORDING_UNFINISHED',
      message: `${file} is what is left of a recording that was not finished.`,
      hint: `npx groundhog record … --model live --resume goes on from it, npx groundhog show ${file} shows it; or remove it.`,
      cause,
    });
  }
}
