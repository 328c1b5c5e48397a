import { HarnessError } from '#harness';

/** A session was wanted, and the file holds calls that another tool recorded: nobody knows what asked for them. */
export class RecordingImportedError extends HarnessError {
  constructor(file: string) {
    super({
      code: 'RECORDING_IMPORTED',
      message: `${file} was imported: it holds calls to a model and no session that could be run again.`,
      hint: 'Drive its answers through a provider: npx groundhog replay FILE --provider openai.',
    });
  }
}
