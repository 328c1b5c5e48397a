import { HarnessError } from '#harness';

/** What was imported cannot be written: nothing is wrong with the files that were read. */
export class ImportOutputError extends HarnessError {
  constructor(out: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    super({
      code: 'IMPORT_OUTPUT_UNWRITABLE',
      message: `Recordings cannot be written to ${out}: ${code}.`,
      hint: 'Name a directory that can be written to with --out. What was written before stands.',
      cause,
    });
  }
}
