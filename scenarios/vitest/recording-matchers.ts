import { relative } from 'node:path';
import { expect } from 'vitest';
import { formatDivergence, ReplayDivergedError } from '#recordings';
import { cacheMoves, type MeantMove } from './cache-moves.ts';
import type { TestRecording } from './test-recording.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** What was called so far is all that was recorded, and as it was recorded; while it is recorded, it always is. */
    toReplay: () => R;
    /** The tools that were called, in the order of the recording: of an agent within a tool before that tool. */
    toCallTools: (names: readonly string[]) => R;
    /**
     * Each request of a lane begins with all of the one before, so that the provider's cache of prompts is hit. A request that
     * is meant to begin otherwise is named with the reason; one that is named and does not is told as well.
     */
    toKeepCachePrefix: (meant?: readonly MeantMove[]) => R;
  }
}

const matchers: Parameters<typeof expect.extend>[0] = {
  toReplay: (recording: TestRecording) => {
    try {
      const verdict = recording.report()?.verdict ?? 'same';
      return {
        pass: verdict === 'same',
        message: () => `The replay is ${verdict === 'same' ? 'an agreement' : 'unverifiable'}.`,
      };
    } catch (error) {
      if (!(error instanceof ReplayDivergedError)) throw error;
      const known = { named: relative('', recording.path), again: recording.again };
      return { pass: false, message: () => formatDivergence(error.divergence, { known }) };
    }
  },
  toCallTools(recording: TestRecording, names: readonly string[]) {
    const called = recording
      .calls()
      .exchanges.flatMap((each) => (each.t === 'tool' ? [each.tool] : []));
    return {
      pass: this.equals(called, names),
      message: () => `The tools called are ${called.join(', ') || 'none'}.`,
      actual: called,
      expected: names,
    };
  },
  toKeepCachePrefix: (recording: TestRecording, meant: readonly MeantMove[] = []) => {
    const problems = cacheMoves(recording.calls(), meant);
    return {
      pass: problems.length === 0,
      message: () => problems.join('\n') || 'Every request begins with the one before it.',
    };
  },
};

/** Teaches `expect` what is asked of recordings. */
export function addRecordingMatchers(): void {
  expect.extend(matchers);
}
