import type { ModelFailure } from '../format/model-failure.ts';
import type { ToolFailure } from './tool-failure.ts';

/** How a recording says that whoever called a model gave the call up, having read what it holds of the answer. */
export const modelGivenUp: ModelFailure = {
  code: 'MODEL_CALL_GIVEN_UP',
  message: 'The caller gave it up.',
  retryable: false,
};

/** The same of a tool. */
export const toolGivenUp: ToolFailure = {
  code: 'TOOL_CALL_GIVEN_UP',
  message: 'The caller gave it up.',
};

const holdMs = 60_000;

/** Who waits for an answer. */
export interface Waiter {
  readonly signal: AbortSignal | undefined;
  /** Told that they read on where the recorded one gave up: they are left waiting, and what ends that is said back. */
  readonly waits: () => { readonly over: () => void };
}

/** Those who read on where the recorded one gave up, by what they wait in. */
export function createWaiting<Answer>(): {
  readonly waiting: ReadonlySet<Answer>;
  readonly waitsAt: (answer: Answer) => Waiter['waits'];
} {
  const waiting = new Set<Answer>();
  return {
    waiting,
    waitsAt: (answer) => () => {
      waiting.add(answer);
      return { over: () => waiting.delete(answer) };
    },
  };
}

/** Settles when whoever asked gives up, and not before: with what their signal says. */
export async function untilGivenUp(
  { signal, waits }: Waiter,
  cancelled?: AbortSignal,
): Promise<never> {
  const waiting = waits();
  const signals = [signal, cancelled].filter((each) => each !== undefined);
  const { promise, reject } = Promise.withResolvers<never>();
  const any = AbortSignal.any(signals);
  // A connection would hold the process; the timer of a signal does not.
  const hold = signal && setInterval(() => undefined, holdMs);
  const give = (): void => {
    clearInterval(hold);
    waiting.over();
    reject(any.reason);
  };
  if (any.aborted) give();
  else any.addEventListener('abort', give, { once: true });
  return promise;
}
