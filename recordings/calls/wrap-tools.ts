import { z } from 'zod';

/** What is known of a tool of the AI SDK here: all else of it stays as it is. */
export interface AnyTool {
  readonly execute?: (...given: never[]) => unknown;
}

/** Tools by name. */
export type AnyTools = Readonly<Record<string, AnyTool>>;

/** One call of a tool, as the AI SDK makes it. */
export interface CalledTool {
  readonly tool: string;
  readonly callId: string;
  readonly input: unknown;
  readonly signal: AbortSignal | undefined;
  /** Runs the tool: what its `execute` returns, be that a promise or something that answers bit by bit. */
  readonly run: () => unknown;
}

/** The tools, with `answer` in place of each `execute`; those without one are done elsewhere and pass through. */
export function wrapTools<Tools extends AnyTools>(
  tools: Tools,
  answer: (call: CalledTool) => unknown,
): Tools {
  const wrapped = Object.entries(tools).flatMap(([name, tool]) => {
    const { execute } = tool;
    if (execute === undefined) return [];
    const answered = (input: unknown, options: unknown): unknown => {
      const { toolCallId, abortSignal } = executionSchema.parse(options);
      return answer({
        tool: name,
        callId: toolCallId,
        input,
        signal: abortSignal,
        run: () => Reflect.apply(execute, tool, [input, options]),
      });
    };
    return [[name, Object.assign({}, tool, { execute: answered })] as const];
  });
  return Object.assign({}, tools, Object.fromEntries(wrapped));
}

const executionSchema = z.looseObject({
  toolCallId: z.string(),
  abortSignal: z.instanceof(AbortSignal).optional(),
});

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
