import { HarnessError } from '#harness/values';

/** A recording stops before its end line: its writing, or its copying, was cut short. */
export class RecordingTornError extends HarnessError {
  /** The first that is not there, or not whole. */
  readonly line: number;

  constructor(file: string, line: number) {
    super({
      code: 'RECORDING_TORN',
      message: `${file} is torn at line ${line}: it stops before its end line.`,
      hint: 'Restore the file from version control, or record the session again.',
    });
    this.line = line;
  }
}
