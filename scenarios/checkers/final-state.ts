import { firstDifference, show } from './first-difference.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type State = Pick<Observation, 'world' | 'records'>;

/** I5: in the end the world and the session's records are as in the golden history. */
export function checkFinalState(golden: State, seen: State): readonly Violation[] {
  return (['world', 'records'] as const).flatMap((name) => {
    const difference = firstDifference(golden[name], seen[name], name);
    if (difference === undefined) return [];
    const { path, expected, found } = difference;
    return [
      {
        invariant: 'I5',
        expected: `${path}: ${show(expected)}`,
        found: show(found),
        message: `The end is another one: at ${path} expected ${show(expected)}, found ${show(found)}.`,
      },
    ];
  });
}
