const marker = Symbol.for('groundhog.harness-error');

/** The parts of an error's message: what happened with which values, and what to do about it. */
export interface ErrorParts {
  /** Stable, upper snake case; what programs match on. */
  readonly code: string;
  /** What happened, with which values. */
  readonly message: string;
  /** What the reader can do now. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of every error this project throws on purpose; `code` is stable, `message` ends with the hint. */
export class HarnessError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly [marker] = true;

  constructor({ code, message, hint, cause }: ErrorParts) {
    super(
      hint === undefined ? message : `${message} ${hint}`,
      cause === undefined ? {} : { cause },
    );
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }

  /** True for a HarnessError of any copy of this module. */
  static isInstance(value: unknown): value is HarnessError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}
