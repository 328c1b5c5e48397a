/** What an answer comes to, whoever read it. */
export interface AnswerContent {
  readonly text: string;
  /** Calls of the caller's own tools. */
  readonly toolCalls: readonly {
    readonly id: string;
    readonly name: string;
    /** As JSON. */
    readonly input: string;
  }[];
  /** Tokens, where they were counted. */
  readonly usage: { readonly input?: number; readonly output?: number };
  /** As the AI SDK names it. */
  readonly finishReason: string;
  /** The HTTP status of a call that was refused. */
  readonly status?: number;
}

/** What a call comes to that failed. */
export function failure(status?: number): AnswerContent {
  const nothing = { text: '', toolCalls: [], usage: {}, finishReason: 'error' };
  return status === undefined ? nothing : { ...nothing, status };
}
