/** A run as the runner keeps it. */
export interface ArchivedRun {
  readonly runId: string;
  readonly isSettled: boolean;
}

/** What the runner keeps of runs: their messages and the results of their steps, besides what is in the session. */
export interface RunArchive {
  /** Every run that was ever started in the session, those that wait for their turn too. */
  readonly runsOf: (sessionId: string) => Promise<readonly ArchivedRun[]>;
  /** Deletes all that is kept of settled runs. Those that are gone already are gone. */
  readonly forget: (runIds: readonly string[]) => Promise<void>;
}
