import { HarnessError } from '#harness/values';

/** A line of a recording is not what the format says. */
export class RecordingInvalidError extends HarnessError {
  readonly line: number;

  constructor(fault: { readonly file: string; readonly line: number; readonly reason: string }) {
    super({
      code: 'RECORDING_INVALID',
      message: `Line ${fault.line} of ${fault.file} cannot be read as a recording: ${fault.reason}.`,
      hint: 'Restore the file from version control, or record the session again.',
    });
    this.line = fault.line;
  }
}
