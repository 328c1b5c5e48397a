import type { ProgramFailure, ProgramOutcome } from '../program-outcome.ts';
import type { ProgramRequest } from '../run-program.ts';

/**
 * Programs that try to get out, to learn what is not theirs, or to take more than they may. Each is judged by what it must
 * not do: speak the canary, come back with a host object's powers, or go on for ever. `tools.peek` answers `{ id: 'x' }`,
 * `tools.fail` throws an error whose stack, cause and message hold the canary.
 */
export interface EscapeAttempt {
  readonly title: string;
  readonly source: string;
  /** How it may end. A program that is denied may end well, as long as it has got nothing. */
  readonly ends: readonly ('completed' | ProgramFailure['kind'])[];
}

/** What an attempt returns if and only if it has got out. */
export const escaped = 'ESCAPED';

/** 2026-01-01T00:00:00Z. */
export const corpusNow = 1_767_225_600_000;

/** What a run of the corpus gives each attempt: two tools, the second of which fails with the canary all over it. */
export function escapeRequest(source: string, canary: string): ProgramRequest {
  const functions = {
    peek: async () => ({ id: 'x' }),
    fail: async () => {
      throw new Error(canary, { cause: new Error(canary) });
    },
  };
  return { source, functions, now: corpusNow, seed: 'corpus', limits: { wallTimeMs: 1_000 } };
}

/** What is wrong with how an attempt ended, in sentences; none means it was held. */
export function breachesOf(
  { ends }: EscapeAttempt,
  outcome: ProgramOutcome,
  canary: string,
): readonly string[] {
  const said = JSON.stringify(outcome);
  const end = outcome.kind === 'failed' ? outcome.error.kind : outcome.kind;
  return [
    ...(said.includes(canary) ? ['it spoke the canary'] : []),
    ...(said.includes(escaped) ? ['it got out'] : []),
    ...('polluted' in {} || 'env' in {} ? ['it changed the prototypes of the host'] : []),
    ...('stolen' in globalThis ? ['it changed the globals of the host'] : []),
    ...(ends.includes(end) ? [] : [`it ended as ${end}: ${said}`]),
  ];
}
