import { HarnessError } from '../host/harness-error.ts';

/** The model answered, but not with a whole turn: a cut stream, a length limit, a filter, two calls under one id. */
export class UnusableTurnError extends HarnessError {
  constructor(reason: string) {
    super({
      code: 'MODEL_TURN_UNUSABLE',
      message: `The model's turn cannot be used: ${reason}.`,
      hint: 'A cut or filtered answer is never saved as a whole one; send the message again.',
    });
  }
}
