/**
 * The command line asks for something that does not exist.
 *
 * Not a HarnessError: its door would load the whole harness to print a help page.
 */
export class UsageError extends Error {
  readonly code = 'USAGE';
  readonly hint = 'See npx groundhog --help.';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
