import { ResponsesRefusalError } from './responses-refusal-error.ts';
import type { Reply } from './responses-reply.ts';

/**
 * How a request to the server goes wrong.
 *
 * - `rate-limited`, `server-error`: HTTP 429, 500.
 * - `cut-stream`: the body ends, cleanly and too early, after the first output.
 * - `reset-stream`: the connection breaks there.
 * - `stalled-stream`: nothing more comes there; the connection stays open.
 * - `error-event`: the API reports an error of its own there (in a JSON body: instead of the output).
 * - `malformed-json`: something there is not JSON; the rest follows.
 */
export type OpenAiFault =
  | 'none'
  | 'rate-limited'
  | 'server-error'
  | 'cut-stream'
  | 'reset-stream'
  | 'stalled-stream'
  | 'error-event'
  | 'malformed-json';

export interface Delivery {
  readonly frames: readonly string[];
  readonly ending: 'end' | 'reset' | 'stall';
}

/** The refusal a fault stands for, if it refuses the request outright. */
export function refusalOf(fault: OpenAiFault): ResponsesRefusalError | undefined {
  if (fault === 'rate-limited') {
    const message = 'Rate limit reached for requests.';
    return new ResponsesRefusalError({
      status: 429,
      kind: 'requests',
      code: 'rate_limit_exceeded',
      message,
    });
  }
  if (fault === 'server-error') {
    const message = 'The server had an error while processing your request.';
    return new ResponsesRefusalError({
      status: 500,
      kind: 'server_error',
      code: 'server_error',
      message,
    });
  }
  return undefined;
}

/** What of `reply` reaches the client, and how it ends. */
export function deliveryOf(reply: Reply, fault: OpenAiFault): Delivery {
  const begun = reply.frames.slice(0, reply.begunAt);
  switch (fault) {
    case 'cut-stream':
      return { frames: begun, ending: 'end' };
    case 'reset-stream':
      return { frames: begun, ending: 'reset' };
    case 'stalled-stream':
      return { frames: begun, ending: 'stall' };
    case 'error-event':
      return { frames: reply.failedFrames, ending: 'end' };
    case 'malformed-json': {
      const rest = reply.frames.slice(reply.begunAt);
      return { frames: [...begun, reply.garbageFrame, ...rest], ending: 'end' };
    }
    case 'none':
    case 'rate-limited':
    case 'server-error':
      return { frames: reply.frames, ending: 'end' };
  }
}
