/** The invariants that are decided here; each has one meaning everywhere. */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11';

/** An invariant that a history breaks. */
export interface Violation {
  readonly invariant: Invariant;
  readonly expected: string;
  readonly found: string;
  /** One sentence for a person. */
  readonly message: string;
}
