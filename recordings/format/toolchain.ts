import manifest from '../../package.json' with { type: 'json' };
import type { Recording } from './recording.ts';

/** The versions of what a recording is made with, and replayed with. */
export const toolchain: Recording['header']['toolchain'] = {
  ai: manifest.dependencies.ai,
  groundhog: manifest.version,
};
