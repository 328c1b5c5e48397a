import type { ContextWindow } from './context-window.ts';

/** What a model was asked: the instructions and tools, and the window as it stood. */
export interface AskedContext {
  /** Names instructions and tools, which stand before everything else. */
  readonly instructions: string;
  readonly instructionTokens: number;
  readonly window: ContextWindow;
  readonly blocks: number;
}

/**
 * Tokens at the start of a request that are those of the one before, to the letter: what a provider's cache can save. By
 * bisection, because two windows that agree at a mark agree in everything before it.
 */
export function sharedPrefix(before: AskedContext | undefined, now: AskedContext): number {
  if (before === undefined || before.instructions !== now.instructions) return 0;
  const most = Math.min(before.blocks, now.blocks);
  const agree = (blocks: number): boolean => before.window.mark(blocks) === now.window.mark(blocks);
  if (!agree(0)) return now.instructionTokens;
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (agree(middle)) low = middle;
    else high = middle - 1;
  }
  return now.instructionTokens + now.window.tokens(low);
}
