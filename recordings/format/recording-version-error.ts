import { HarnessError } from '#harness/values';
import { formatVersion } from './header.ts';

/** A recording of another version than this code reads. */
export class RecordingVersionError extends HarnessError {
  constructor(file: string, version: unknown) {
    const isOlder = typeof version === 'number' && version < formatVersion;
    super({
      code: 'RECORDING_VERSION_UNKNOWN',
      message: `${file} is a recording of version ${JSON.stringify(version)}; this release reads version ${formatVersion}.`,
      hint: isOlder
        ? 'Lift it: npx groundhog migrate FILE.'
        : 'Use the release that wrote it, or record the session again.',
    });
  }
}
