import { HarnessError } from '#harness';
import { placeName } from '../format/recording.ts';
import type { Divergence } from './divergence.ts';
import { recordingAgain } from './report/fixes-for.ts';

/** A run left its recording. The same error meets every later call, so that nothing goes on from there. */
export class ReplayDivergedError extends HarnessError {
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { recording, calls, at } = divergence;
    const where = at === undefined ? 'at its end' : `at ${at.exchange}, ${placeName(at.place)}`;
    super({
      code: 'REPLAY_DIVERGED',
      message: `The replay of ${recording} left its recording ${where}, class ${divergence.class}.`,
      hint: `If the change is meant: ${recordingAgain({ recording, calls })}`,
    });
    this.divergence = divergence;
  }
}
