import { HarnessError } from '#harness';
import type { ModelFailure } from '../format/recording.ts';

/** A model call fails as it did when it was recorded. */
export class RecordedModelError extends HarnessError {
  readonly retryable: boolean;
  readonly statusCode: number | undefined;

  constructor({ code, message, retryable, statusCode }: ModelFailure) {
    super({ code, message });
    this.retryable = retryable;
    this.statusCode = statusCode;
  }
}
