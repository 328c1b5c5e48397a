import { HarnessError } from '#harness';

/** A recording of a version that this code does not know. */
export class RecordingVersionError extends HarnessError {
  constructor(file: string, version: unknown) {
    super({
      code: 'RECORDING_VERSION_UNKNOWN',
      message: `${file} is a recording of version ${JSON.stringify(version)}; this release reads versions 1 and 2.`,
      hint: 'Use the release that wrote it, or record the session again.',
    });
  }
}
