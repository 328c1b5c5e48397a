/** Recordings in tests: what an agent called, recorded once for each test and replayed ever after. Needs vitest. */

export { type RecordedTestOptions, recorded } from './recorded.ts';
export type { TokenPrices } from './recordings-line.ts';
export { RecordingsReporter } from './recordings-reporter.ts';
export type { TestRecording } from './test-recording.ts';
