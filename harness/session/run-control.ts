import type { SteeringMessage, SteeringReader } from './steering.ts';

/** What a run's step finds when it asks before it acts. */
export interface RunSignals {
  readonly isCancelRequested: boolean;
  /** In the order in which they were admitted. */
  readonly steering: readonly SteeringMessage[];
}

/** What came of an effect's wish to begin. `again`: an earlier life has begun it. */
export type EffectBeginning = 'first' | 'again' | 'steered' | 'cancelled';

/** An effect of a run, named by its key. */
export interface BeginningEffect {
  readonly key: string;
  readonly runId: string;
}

/** What can be done to a run from outside, and what its steps ask before they act. Kept beside the session. */
export interface RunControl {
  /** Asks a run to end at its next step. Asking twice is asking once. */
  readonly requestCancel: (sessionId: string, runId: string) => Promise<void>;
  readonly isCancelRequested: (sessionId: string, runId: string) => Promise<boolean>;
  /** That, and what a run is told meanwhile, as one question. */
  readonly look: (runId: string, reader: SteeringReader) => Promise<RunSignals>;
  /**
   * Notes, before it happens, that an effect is about to, unless the run is to end or a message for it is unread. What stands
   * behind `again` is an effect of which nobody knows whether it happened: nothing can stop it any more.
   */
  readonly beginEffect: (
    effect: BeginningEffect,
    reader: SteeringReader,
  ) => Promise<EffectBeginning>;
}
