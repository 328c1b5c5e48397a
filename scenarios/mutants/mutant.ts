import type { Backing, DurableBackingOptions } from '#harness';
import type { Invariant } from '../checkers/violation.ts';
import type { AssembledSubject } from '../scenario/subject.ts';

/** What a harness is made of, before it is. */
export interface HarnessParts extends AssembledSubject {
  readonly backing: Backing;
}

/** What a defect is called, and the invariant by which it must be caught. Checks that do not catch it are no checks. */
export interface Defect {
  /** As in the catalogue: `CD-1`. */
  readonly id: string;
  readonly title: string;
  readonly breaks: Invariant;
}

/** A defect of the harness that can be switched on. */
export interface Mutant extends Defect {
  /** The same parts with the defect in them. In a session that goes as it should, R-01 for one, nothing of it shows. */
  readonly apply: (parts: HarnessParts & { readonly worldUrl: string }) => HarnessParts;
  /** Who a process says it is, where that is the defect; itself by default. */
  readonly identify?: (
    identity: DurableBackingOptions['identity'],
  ) => DurableBackingOptions['identity'];
}
