/** A recording in the form of another tool. */
export interface Exported {
  readonly text: string;
  /** What the form does not hold, or the recording did not. */
  readonly losses: readonly string[];
}

/** A loss that is counted, where there is any. */
export function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${what}: ${count}`];
}
