import { HarnessError } from '#harness';

/** A model was asked for a whole answer at once; sessions stream, and only streams are recorded and replayed. */
export class GenerateNotRecordedError extends HarnessError {
  constructor() {
    super({
      code: 'MODEL_NOT_STREAMED',
      message: 'A model under record or replay was called without streaming.',
      hint: 'Call it with streamText.',
    });
  }
}
