import { HarnessError } from '../../../host/harness-error.ts';

/** A directory that can not be opened as a database of ours. Nothing in it was changed. */
export class DataDirectoryError extends HarnessError {
  constructor(dataDir: string, reason: string, cause?: unknown) {
    super({
      code: 'DATA_DIRECTORY_UNUSABLE',
      message: `${dataDir} is not a usable database directory: ${reason}.`,
      hint: 'Nothing in it was changed. Choose another directory, or move this one away to start anew.',
      cause,
    });
  }
}
