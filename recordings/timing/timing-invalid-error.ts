import { HarnessError } from '#harness';

/** What stands beside a recording does not say how long things took in it. */
export class TimingInvalidError extends HarnessError {
  constructor(subject: string, reason: string) {
    super({
      code: 'TIMING_INVALID',
      message: `${subject} cannot be read as what was measured of a recording: ${reason}.`,
      hint: 'Record it again with its timing, or take the file away: the recording needs none.',
    });
  }
}
