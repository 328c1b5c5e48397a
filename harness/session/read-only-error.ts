import { HarnessError } from '../host/harness-error.ts';

/** A sub-agent has tried to write. Its tools read; whatever one of them declares, the database refuses the rest. */
export class ReadOnlyError extends HarnessError {
  constructor() {
    super({
      code: 'READ_ONLY',
      message: 'A sub-agent finds out and changes nothing: this write was refused.',
    });
  }
}
