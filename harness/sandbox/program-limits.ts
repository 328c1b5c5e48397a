/** What one program may use. Every limit is enforced outside the program. */
export interface ProgramLimits {
  /** Wall time from the program's start, queueing not counted. */
  readonly wallTimeMs: number;
  readonly memoryBytes: number;
  readonly stackBytes: number;
  /** Of the program's text, UTF-8. */
  readonly sourceBytes: number;
  /** Of the result as JSON, UTF-8. */
  readonly outputBytes: number;
  readonly logLines: number;
  /** In UTF-16 units; what is longer is cut. */
  readonly logLineLength: number;
  readonly hostCalls: number;
  /** Of one host call's input and, as much again, of its output, as JSON. */
  readonly hostCallBytes: number;
}

export const defaultProgramLimits: ProgramLimits = {
  wallTimeMs: 5_000,
  memoryBytes: 32 * 1024 * 1024,
  stackBytes: 512 * 1024,
  sourceBytes: 32 * 1024,
  outputBytes: 64 * 1024,
  logLines: 100,
  logLineLength: 500,
  hostCalls: 64,
  hostCallBytes: 256 * 1024,
};
