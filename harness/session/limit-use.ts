/** A use as the store counts it. */
export interface LimitUse {
  /** What is limited, and for whom. */
  readonly limit: string;
  readonly windowStartMs: number;
  readonly key: string;
  /** Not negative; 0 asks whether anything is left and counts nothing. */
  readonly amount: number;
  readonly max: number;
}

export interface LimitAnswer {
  readonly limit: string;
  /** Whether this limit admits it. It is counted if all of them do. */
  readonly allowed: boolean;
  /** Amount in the window, with this use if it was counted. */
  readonly used: number;
}
