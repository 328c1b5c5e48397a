import { HarnessError } from '../host/harness-error.ts';

/** Which processes are there: each has a seat under its name for as long as it lives and is connected. */
export interface Seats {
  /** Sits down. Throws SeatTakenError if another process has the seat and does not leave it. */
  readonly take: (name: string) => Promise<Seat>;
  /**
   * Does something for a process that is gone and that cannot come back meanwhile. False, and nothing is done, if it is there
   * or nobody can tell.
   */
  readonly inPlaceOf: (name: string, act: () => Promise<void>) => Promise<boolean>;
}

export interface Seat {
  readonly leave: () => Promise<void>;
}

export class SeatTakenError extends HarnessError {
  constructor(name: string) {
    super({
      code: 'SEAT_TAKEN',
      message: `Another process runs as '${name}' on this database: each would take the other's runs for its own.`,
      hint: 'Give every process that shares a database a name of its own, or stop the other one first.',
    });
  }
}
