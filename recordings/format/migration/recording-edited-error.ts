import { HarnessError } from '#harness';

/** Lifting a recording writes its digests anew, and what was edited before would look as if it had been recorded. */
export class RecordingEditedError extends HarnessError {
  constructor(file: string, lines: readonly number[]) {
    super({
      code: 'RECORDING_EDITED',
      message: `${file} was edited after it was written (line ${lines.join(', ')}), and the edit would no longer show.`,
      hint: 'Undo the edit, or keep it on purpose: --accept-edits.',
    });
  }
}
