/** Why a command was told to stop. Not a HarnessError, for the reason UsageError is none. */
export class InterruptedError extends Error {
  readonly code = 'INTERRUPTED';

  constructor(signal: string) {
    super(`Stopped by ${signal}; what was begun has been cleaned up.`);
    this.name = 'InterruptedError';
  }
}
