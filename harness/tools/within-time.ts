import { HarnessError } from '../host/harness-error.ts';
import type { Clock } from '../host/host.ts';
import type { Tool } from './define-tool.ts';

/** What a tool has that does not say how long it takes. */
const defaultTimeoutMs = 30_000;

export const timeoutOf = ({ timeoutMs }: Pick<Tool, 'timeoutMs'>): number =>
  timeoutMs ?? defaultTimeoutMs;

/** Runs `body` until it settles or the tool's time is up, whichever is first. What comes late is dropped. */
export async function withinTime<Result>(
  tool: Pick<Tool, 'name' | 'timeoutMs'>,
  clock: Clock,
  body: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const over = Promise.withResolvers<never>();
  const stop = clock.timer(timeoutOf(tool), () => {
    const error = new ToolTimedOutError(tool.name, timeoutOf(tool));
    over.reject(error);
    controller.abort(error);
  });
  try {
    return await Promise.race([over.promise, body(controller.signal)]);
  } finally {
    stop();
  }
}

export class ToolTimedOutError extends HarnessError {
  constructor(tool: string, timeoutMs: number) {
    super({
      code: 'TOOL_TIMED_OUT',
      message: `${tool} did not answer within ${timeoutMs / 1000} s.`,
    });
  }
}
