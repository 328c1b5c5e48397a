import { HarnessError } from '#harness';

/** A second network guard was asked for in one process. */
export class GuardStandsError extends HarnessError {
  constructor() {
    super({
      code: 'NETWORK_GUARD_STANDS',
      message: 'A network guard stands in this process already.',
      hint: 'Close it first; to replay several recordings at once, guard once around them and replay with `guard: false`.',
    });
  }
}
