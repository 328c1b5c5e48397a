import type { Json } from '#harness';
import { toolGivenUp } from './given-up.ts';
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
  /** Asked once it has settled: what its caller is given instead of what it came to; undefined for just that. */
  readonly instead?: () => Promise<unknown> | undefined;
}

/** Runs a tool and tells what it came to. What it returns passes on as it is: at once, later, or bit by bit. */
export function watchTool(call: CalledTool, watching: Watching): unknown {
  const { run, settle, instead } = watching;
  const completed = (output: unknown): unknown => {
    settle(() =>
      isGivenUp(call)
        ? givenUp
        : { kind: 'completed', output: jsonOf(output, `/${call.tool}/output`) },
    );
    return instead?.() ?? output;
  };
  const failed = (error: unknown): unknown => {
    settle(() => (isGivenUp(call) ? givenUp : { kind: 'failed', error: toolFailureOf(error) }));
    const other = instead?.();
    if (other === undefined) throw error;
    return other;
  };
  let result: unknown;
  try {
    result = run(call.run);
  } catch (error) {
    return failed(error);
  }
  if (isAsyncIterable(result)) return watchShown(result, { ...watching, call });
  return result instanceof Promise ? result.then(completed, failed) : completed(result);
}

/** What a tool comes to after its caller has given it up is nobody's. */
const givenUp = { kind: 'failed', error: toolGivenUp } as const;
const isGivenUp = ({ signal }: CalledTool): boolean => signal?.aborted === true;

/** The last thing that is shown is the output. */
async function* watchShown(
  shown: AsyncIterable<unknown>,
  { call, run, settle, instead }: Watching & { readonly call: CalledTool },
): AsyncGenerator {
  const seen: Json[] = [];
  const iterator = shown[Symbol.asyncIterator]();
  let hasEnded = false;
  const settleShown = (outcome: () => SeenOutcome): void => {
    hasEnded = true;
    settle(() => (isGivenUp(call) ? { ...givenUp, shown: seen } : outcome()));
  };
  try {
    for (;;) {
      const next = await run(() => iterator.next());
      if (next.done === true) break;
      seen.push(jsonOf(next.value, `/${call.tool}/output`));
      yield next.value;
    }
    settleShown(() => ({
      kind: 'completed',
      output: seen.at(-1) ?? null,
      shown: seen.slice(0, -1),
    }));
  } catch (error) {
    settleShown(() => ({ kind: 'failed', error: toolFailureOf(error), shown: seen }));
    const other = instead?.();
    if (other === undefined) throw error;
    yield await other;
    return;
  } finally {
    // Whoever reads no further has given it up, whatever they say.
    if (!hasEnded) settle(() => ({ ...givenUp, shown: seen }));
    await iterator.return?.();
  }
  const other = instead?.();
  if (other !== undefined) yield await other;
}
