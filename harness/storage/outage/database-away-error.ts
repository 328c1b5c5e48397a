import { HarnessError } from '../../host/harness-error.ts';
import { isOutage } from './is-outage.ts';

/** The database cannot be reached, or does not serve for now. */
export class DatabaseAwayError extends HarnessError {
  constructor(cause: unknown) {
    super({
      code: 'DATABASE_AWAY',
      message: 'The database cannot be reached for now.',
      hint: 'Try again later. Runs that are in progress wait for it.',
      cause,
    });
  }
}

/** An error of the database's, as it is told to whoever has asked. */
export const awayOr = (error: unknown): unknown =>
  isOutage(error) && !(error instanceof DatabaseAwayError) ? new DatabaseAwayError(error) : error;
