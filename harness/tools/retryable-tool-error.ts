import { HarnessError } from '../host/harness-error.ts';

/** The world did not answer, or answered that it cannot just now: the call is made again, under the same key. */
export class RetryableToolError extends HarnessError {
  constructor(code: string, message: string, cause?: unknown) {
    super({ code, message, cause });
  }
}
