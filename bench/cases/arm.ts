import type { Bar } from '../bars/bar.ts';
import type { Sample } from '../measure/sample.ts';

/** One thing that is measured. */
export interface Arm {
  readonly name: string;
  /** What one operation is and what its time includes, in words. */
  readonly includes: string;
  /** Does a batch of operations; resolves to what one of them took. */
  readonly sample: () => Promise<Sample>;
}

/** Things measured in turns, beside what each of them could not do without. */
export interface ArmGroup extends AsyncDisposable {
  /** What they all run on. */
  readonly on: string;
  /** The least that could be done instead: its time is 1. */
  readonly floor: Arm;
  readonly cases: readonly Arm[];
  /** What must hold between them. */
  readonly bars: readonly Bar[];
}
