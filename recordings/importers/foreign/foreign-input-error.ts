import { HarnessError } from '#harness/values';

/** Something in a file of another tool cannot be taken over. Says where and why. */
export class ForeignInputError extends HarnessError {
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    super({ code: 'IMPORT_UNUSABLE', message: `Line ${line} cannot be imported: ${reason}.` });
    this.line = line;
    this.reason = reason;
  }
}
