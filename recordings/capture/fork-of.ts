import { behindCleared, type ForkMark, forkMarkOf, placesBefore } from '../fork/fork-mark.ts';
import { CaptureRefusedError } from './capture-refused-error.ts';
import type { ChosenRuns } from './choose-runs.ts';

/** A session that went on otherwise from a place of another. */
export interface CapturedFork extends Pick<ForkMark, 'from' | 'model'> {
  /** Names of the places before that one. */
  readonly before: ReadonlySet<string>;
}

/**
 * The fork that the runs are of; undefined where they are none.
 * @throws CaptureRefusedError where later runs were told the agents' own prompts again: a recording has one for all of it.
 */
export function forkOf(
  sessionId: string,
  { runs, cleared }: Pick<ChosenRuns, 'runs' | 'cleared'>,
): CapturedFork | undefined {
  const marks = runs.map(({ attributes }) => forkMarkOf(attributes));
  const [first] = marks;
  if (first === undefined) return undefined;
  const other = marks.findIndex((mark) => mark === undefined);
  const place = runs[other]?.request;
  if (place !== undefined && first.from.prompts !== undefined) {
    const reason = 'the fork is over, and its agents are told their own prompts again';
    throw new CaptureRefusedError(sessionId, { runId: place.runId, run: other + 1 }, reason);
  }
  const mark = behindCleared(first, cleared);
  return { from: mark.from, model: mark.model, before: placesBefore(mark) };
}
