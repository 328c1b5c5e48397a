import { HarnessError } from '#harness';

/** The stand-in model of a replay was called: the harness was not given the replay's exchanges. */
export class UnplacedCallError extends HarnessError {
  constructor(recording: string) {
    super({
      code: 'REPLAY_NOT_CONNECTED',
      message: `A model call of the replay of ${recording} did not go through its exchanges.`,
      hint: 'Give the harness both `replay.model` and `replay.exchanges`.',
    });
  }
}
