import type { Json } from '#harness';
import { jsonOf } from './json-of.ts';
import { type ToolFailure, toolFailureOf } from './tool-failure.ts';
import { type CalledTool, isAsyncIterable } from './wrap-tools.ts';

/** What a tool came to. `shown` is what it showed before, where it answers bit by bit. */
export type SeenOutcome = { readonly shown?: readonly Json[] } & (
  | { readonly kind: 'completed'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: ToolFailure }
);

/** Told once what a tool came to; asks for it only if it wants to know. */
export type Settle = (outcome: () => SeenOutcome) => void;

/** How one call of a tool is watched. */
export interface Watching {
  /** Runs a piece of the tool where it belongs. */
  readonly run: <Result>(work: () => Result) => Result;
  readonly settle: Settle;
}

/** Runs a tool and tells what it came to. What it returns passes on as it is: at once, later, or bit by bit. */
export function watchTool(call: CalledTool, { run, settle }: Watching): unknown {
  const completed = (output: unknown): void =>
    settle(() => ({ kind: 'completed', output: jsonOf(output, `/${call.tool}/output`) }));
  const failed = (error: unknown): void =>
    settle(() => ({ kind: 'failed', error: toolFailureOf(error) }));
  const result = ((): unknown => {
    try {
      return run(call.run);
    } catch (error) {
      failed(error);
      throw error;
    }
  })();
  if (isAsyncIterable(result)) return watchShown(result, { call, run, settle });
  if (!(result instanceof Promise)) {
    completed(result);
    return result;
  }
  return settled(result, completed, failed);
}

async function settled(
  result: Promise<unknown>,
  completed: (output: unknown) => void,
  failed: (error: unknown) => void,
): Promise<unknown> {
  const output = await result.catch((error: unknown) => {
    failed(error);
    throw error;
  });
  completed(output);
  return output;
}

/** The last thing that is shown is the output. */
async function* watchShown(
  shown: AsyncIterable<unknown>,
  { call, run, settle }: Watching & { readonly call: CalledTool },
): AsyncGenerator {
  const seen: Json[] = [];
  const iterator = shown[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await run(() => iterator.next());
      if (next.done === true) break;
      seen.push(jsonOf(next.value, `/${call.tool}/output`));
      yield next.value;
    }
  } catch (error) {
    settle(() => ({ kind: 'failed', error: toolFailureOf(error), shown: seen }));
    throw error;
  } finally {
    await iterator.return?.();
  }
  settle(() => ({ kind: 'completed', output: seen.at(-1) ?? null, shown: seen.slice(0, -1) }));
}
