import { HarnessError } from '#harness';

/** The session is there, and no run in it has ended since it began. */
export class NothingToCaptureError extends HarnessError {
  constructor(sessionId: string, waiting: number) {
    super({
      code: 'NOTHING_TO_CAPTURE',
      message: `No run of session ${sessionId} has ended since it began or was cleared; ${waiting} wait or are in progress.`,
      hint: 'Capture it when a run has ended. What was cleared is gone.',
    });
  }
}
