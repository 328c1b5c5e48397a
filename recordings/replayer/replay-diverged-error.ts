import { HarnessError } from '#harness';
import type { Divergence } from './divergence.ts';
import { recordingAgain } from './report/fixes-for.ts';
import { sayDivergence } from './report/say-divergence.ts';

/** A run left its recording. The same error meets every later call, so that nothing goes on from there. */
export class ReplayDivergedError extends HarnessError {
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    const { recording, calls } = divergence;
    super({
      code: 'REPLAY_DIVERGED',
      message: sayDivergence(divergence),
      hint: `If the change is meant: ${recordingAgain({ recording, calls })}`,
    });
    this.divergence = divergence;
  }
}
