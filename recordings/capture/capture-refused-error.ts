import { HarnessError } from '#harness';

/** Where in a session something stands that cannot be captured. */
export interface SavedPlace {
  readonly runId: string;
  /** Its number in the session, counted from 1 as the recording counts. */
  readonly run: number;
  readonly step?: string;
}

/** A session cannot be made a recording of without guessing. */
export class CaptureRefusedError extends HarnessError {
  constructor(sessionId: string, { runId, run, step }: SavedPlace, reason: string) {
    const where = step === undefined ? `run ${runId}` : `step ${step} of run ${runId}`;
    super({
      code: 'CAPTURE_REFUSED',
      message: `Session ${sessionId} cannot be captured: at ${where}, ${reason}.`,
      hint:
        run > 1
          ? `What comes before can be: --runs ${run - 1}.`
          : 'Nothing comes before it that could be captured.',
    });
  }
}
