import { HarnessError } from '../host/harness-error.ts';

/** Two different messages came under one id; the first stands. */
export class MessageIdTakenError extends HarnessError {
  constructor(messageId: string) {
    super({
      code: 'MESSAGE_ID_TAKEN',
      message: `A different message was sent as ${messageId} before.`,
      hint: 'Choose a new id for every message, and the same id only to deliver the same message again.',
    });
  }
}
