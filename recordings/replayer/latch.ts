import type { HarnessError } from '#harness';
import type { Divergence } from './divergence.ts';
import { ReplayDivergedError } from './replay-diverged-error.ts';

/**
 * Keeps the first divergence of a replay outside every call stack: streams swallow errors and tools turn them into text, so
 * a thrown one alone proves nothing.
 */
export interface Latch {
  readonly first: () => Divergence | undefined;
  /** Throws the first divergence again, if there is one. */
  readonly check: () => void;
  readonly diverge: (divergence: Divergence) => never;
  /** As for a divergence, of what must not be done in a replay at all. */
  readonly refuse: (error: HarnessError) => never;
}

export function createLatch(): Latch {
  let first: HarnessError | undefined;
  return {
    first: () => (first instanceof ReplayDivergedError ? first.divergence : undefined),
    check: () => {
      if (first !== undefined) throw first;
    },
    diverge: (divergence) => {
      first ??= new ReplayDivergedError(divergence);
      throw first;
    },
    refuse: (error) => {
      first ??= error;
      throw first;
    },
  };
}
