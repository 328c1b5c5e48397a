import type { EffectClass } from './define-tool.ts';
import { RetryableToolError } from './retryable-tool-error.ts';
import { ToolRefusal } from './tool-refusal.ts';
import { ToolTimedOutError } from './within-time.ts';

/**
 * Why an attempt at a call came to nothing: the tool refused or was given what it does not take, and nothing happened; it
 * said that it may be tried again; its time was up; the network failed under it; or it is broken.
 */
export type Mishap = 'refused' | 'retryable' | 'timed-out' | 'unreachable' | 'broken';

/** `tell` the model; try `again`; `find-out` whether it happened, because it cannot be done twice. */
export type Reaction = 'tell' | 'again' | 'find-out';

/** What is done about it, by what the tool changes. The one place that says so. */
const reactions: Readonly<Record<EffectClass, Readonly<Record<Mishap, Reaction>>>> = {
  read: row('again', 'again', 'again'),
  compute: row('again', 'again', 'again'),
  // What it wrote is undone before. It holds the session's transaction, so it does not get its whole time twice.
  transactional: row('again', 'tell', 'tell'),
  // Under the same key: what the world has done already it answers with, and does nothing.
  keyed: row('again', 'again', 'again'),
  unkeyed: {
    refused: 'tell',
    retryable: 'find-out',
    'timed-out': 'find-out',
    unreachable: 'find-out',
    broken: 'find-out',
  },
};

function row(
  retryable: Reaction,
  timedOut: Reaction,
  unreachable: Reaction,
): Readonly<Record<Mishap, Reaction>> {
  return { refused: 'tell', retryable, 'timed-out': timedOut, unreachable, broken: 'tell' };
}

/** Between attempts, milliseconds: there is one attempt more than there are pauses. */
const pausesMs = [200, 400] as const;

/** What to do after attempt number `attempt`, counted from 1, and how long to wait before another. */
export function reactionTo(
  error: unknown,
  effect: EffectClass,
  attempt: number,
): { readonly reaction: Reaction; readonly pauseMs: number } {
  const reaction = reactions[effect][mishapOf(error)];
  const pauseMs = pausesMs[attempt - 1];
  if (reaction !== 'again') return { reaction, pauseMs: 0 };
  return pauseMs === undefined ? { reaction: 'tell', pauseMs: 0 } : { reaction, pauseMs };
}

export function mishapOf(error: unknown): Mishap {
  if (error instanceof ToolRefusal) return 'refused';
  if (error instanceof RetryableToolError) return 'retryable';
  if (error instanceof ToolTimedOutError) return 'timed-out';
  return isNetworkFailure(error) ? 'unreachable' : 'broken';
}

const networkCodes =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_\w+)$/;

/** `fetch` says only that it failed; why is in its cause. */
function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError') return true;
  if ('code' in error && typeof error.code === 'string' && networkCodes.test(error.code)) {
    return true;
  }
  return isNetworkFailure(error.cause);
}
