import type { Clock } from '../measure/sample.ts';

/** What must hold of a figure. Ratios are taken within a round. */
export interface Bar {
  /** `D3` */
  readonly id: string;
  readonly says: string;
  readonly arm: string;
  /** The arm it is divided by; without one the figure itself is judged. */
  readonly against?: string;
  readonly clock: Clock;
  readonly limit: number;
}
