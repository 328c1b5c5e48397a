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

/** What a card's own checker demands, by the checker's name. */
export type OwnInvariant = `own:${string}`;

/** An invariant that a history breaks. */
export interface Violation {
  readonly invariant: Invariant | OwnInvariant;
  readonly expected: string;
  readonly found: string;
  /** One sentence for a person. */
  readonly message: string;
}
