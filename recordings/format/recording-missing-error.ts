import { HarnessError } from '#harness/values';

/** There is no file to read a recording from. */
export class RecordingMissingError extends HarnessError {
  constructor(file: string, cause: unknown) {
    super({
      code: 'RECORDING_MISSING',
      message: `There is no recording at ${file}.`,
      hint: 'Check the path, or record the session first.',
      cause,
    });
  }
}
