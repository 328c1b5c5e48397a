import type { Backing } from '#harness';
import type { Invariant } from '../checkers/violation.ts';
import type { AssembledSubject } from '../scenario/subject.ts';

/** What a harness is made of, before it is. */
export interface HarnessParts extends AssembledSubject {
  readonly backing: Backing;
}

/** A named defect that can be switched on. Checks that do not catch it are no checks. */
export interface Mutant {
  /** As in the catalogue: `CD-1`. */
  readonly id: string;
  readonly title: string;
  /** The invariant by which it must be caught. */
  readonly breaks: Invariant;
  /** The same parts with the defect in them. In a session that goes as it should, R-01 for one, nothing of it shows. */
  readonly apply: (parts: HarnessParts & { readonly worldUrl: string }) => HarnessParts;
}
