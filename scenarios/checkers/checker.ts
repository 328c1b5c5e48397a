import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

/** What a card demands of its session beyond its lines and the invariants I1 to I10: an invariant of the subject's own. */
export interface Checker {
  /** Names the invariant in reports: `own:<name>`. */
  readonly name: string;
  /** Pure. What is broken in a session that has come to its end, in whatever number of lives; nothing if all is well. */
  readonly check: (seen: Observation) => readonly Omit<Violation, 'invariant'>[];
}

/** What is broken, under each checker's name. A checker that throws ends the sweep: it has proved nothing. */
export function askCheckers(checkers: readonly Checker[], seen: Observation): readonly Violation[] {
  return checkers.flatMap(({ name, check }) =>
    check(seen).map((broken) => ({ invariant: `own:${name}` as const, ...broken })),
  );
}
