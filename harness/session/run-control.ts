/** What can be done to a run from outside, and what its steps ask before they act. Kept beside the session. */
export interface RunControl {
  /** Asks a run to end at its next step. Asking twice is asking once. */
  readonly requestCancel: (sessionId: string, runId: string) => Promise<void>;
  readonly isCancelRequested: (sessionId: string, runId: string) => Promise<boolean>;
  /**
   * Notes, before it happens, that an effect is about to: true the first time, false ever after. What stands behind a second
   * asking is an effect of which nobody knows whether it happened.
   */
  readonly beginEffect: (sessionId: string, key: string) => Promise<boolean>;
}
