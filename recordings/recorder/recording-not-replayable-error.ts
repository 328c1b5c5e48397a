import { HarnessError } from '#harness';

/** A recording that does not replay to itself proves nothing, and is not kept. */
export class RecordingNotReplayableError extends HarnessError {
  constructor(name: string, reason: string) {
    super({
      code: 'RECORDING_NOT_REPLAYABLE',
      message: `The recording of ${name} is refused: ${reason}.`,
      hint: 'Something in the session depends on chance, on time or on order; let it pass through the exchanges.',
    });
  }
}
