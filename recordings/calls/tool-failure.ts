/** How a tool failed: the name of its error, empty for what is none, and what it says. */
export interface ToolFailure {
  readonly code: string;
  readonly message: string;
}

export function toolFailureOf(error: unknown): ToolFailure {
  if (error instanceof Error) return { code: error.name, message: error.message };
  return {
    code: '',
    message: typeof error === 'string' ? error : (JSON.stringify(error) ?? 'unknown error'),
  };
}

/** A tool fails as it did when it was recorded: its error bears the same name and says the same. */
export class RecordedToolError extends Error {
  constructor({ code, message }: ToolFailure) {
    super(message);
    this.name = code;
  }
}
