import { HarnessError } from '../host/harness-error.ts';

/** A tool says no, for a reason the model should see: wrong customer, wrong amount, nothing there. Never retried. */
export class ToolRefusal extends HarnessError {
  constructor(code: string, message: string) {
    super({ code, message });
  }
}
