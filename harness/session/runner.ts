import type { Failure, Principal } from './event.ts';
import type { RunArchive } from './run-archive.ts';
import type { SessionTransaction } from './session-store.ts';

/** `tool#n` or `model#n` or `receive-message`: unique within its run, the same in every life of it. */
export type StepName = string;

/** What starts a run: a person's message. `runId` is the client's message id, so a message delivered twice is one run. */
export interface RunRequest {
  readonly runId: string;
  readonly sessionId: string;
  readonly text: string;
  readonly principal: Principal;
  /** `steer`: for the run in progress, if it still reads; absent for a message that waits its turn. */
  readonly mode?: 'steer';
  /** Makes it the run of a sub-agent: its text is an objective, and nobody's message. */
  readonly delegation?: Delegation;
}

/** What the run of a sub-agent has from the run that it works for. */
export interface Delegation {
  /** Name of the sub-agent. */
  readonly agent: string;
  /** Its place among its siblings, counted from 1. */
  readonly number: number;
  /** The other run's ordinal in its session and its time. */
  readonly runOrdinal: number;
  readonly receivedAt: number;
  /** Siblings that may work at a time. */
  readonly concurrency: number;
}

export type RunOutcome =
  | { readonly kind: 'answered'; readonly agent: string; readonly text: string }
  | { readonly kind: 'failed'; readonly agent: string; readonly error: Failure }
  /** Its message was read by a run that was in progress, and answered there. */
  | { readonly kind: 'steered'; readonly takenBy: string }
  /** Ended at a step boundary because it was asked to; `done` names the tools whose effects stand. */
  | { readonly kind: 'cancelled'; readonly agent: string; readonly done: readonly string[] };

/** The durable steps of one run. */
export interface Steps {
  /**
   * Runs `body` and saves its result under `name`. A recovered run is handed the saved result; a run that died between
   * body and save runs the body again, so what it does outside carries a key. The result is JSON; `body` does not throw.
   */
  readonly run: <Result>(name: StepName, body: () => Promise<Result>) => Promise<Result>;
  /** As `run`, but what `body` does with the transaction and the saved result are committed together: exactly once. */
  readonly transact: <Result>(
    name: StepName,
    body: (transaction: SessionTransaction) => Promise<Result>,
  ) => Promise<Result>;
  /**
   * Runs the requests as runs of their own that this one waits for, all at once, and resolves with their outcomes in the order
   * of the requests. A recovered run finds those that it has started.
   */
  readonly delegate: (requests: readonly RunRequest[]) => Promise<readonly RunOutcome[]>;
  /** Resolves when another run has settled, however it ended. */
  readonly settled: (runId: string) => Promise<void>;
}

/** Told of each step's three moments, in the life in which they happen: replayed steps are silent. */
export interface StepObserver {
  /** Nothing has happened yet. */
  readonly before: (runId: string, step: StepName) => void;
  /** The body has run and nothing durable says so: the moment at which a crash repeats it. */
  readonly inside: (runId: string, step: StepName) => void;
  /** The result is saved. */
  readonly after: (runId: string, step: StepName) => void;
}

export const silentObserver: StepObserver = {
  before: () => undefined,
  inside: () => undefined,
  after: () => undefined,
};

/** What a run does. It reads the clock, rolls dice and reaches out only in steps, so that it can be run again. */
export type RunBody = (request: RunRequest, steps: Steps) => Promise<RunOutcome>;

/** A run that nobody will finish unless its version comes back. */
export interface StrandedRun {
  readonly runId: string;
  readonly version: string;
  readonly executorId: string;
}

/** Runs runs, durably or not. */
export interface Runner extends Pick<RunArchive, 'runsOf'> {
  /** Starts a run; starting it again, with the same request, changes nothing. */
  readonly start: (request: RunRequest) => Promise<void>;
  /** Resolves when the run has settled, in this process or another. */
  readonly outcome: (runId: string) => Promise<RunOutcome>;
  /** Whether the run was ever started. */
  readonly isKnown: (runId: string) => Promise<boolean>;
  /** Runs of this executor that are neither done nor failed. */
  readonly pendingRuns: () => Promise<readonly string[]>;
  /** Unfinished runs of this application that another version of it began: this one will not take them up. */
  readonly strandedRuns: () => Promise<readonly StrandedRun[]>;
  /** How many runs that an earlier life left unfinished this one has taken up so far. */
  readonly recoveredRuns: () => number;
  /** Names of the run's saved steps, in order. */
  readonly savedSteps: (runId: string) => Promise<readonly StepName[]>;
  readonly close: () => Promise<void>;
}
