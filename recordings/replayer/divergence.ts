import type { ExchangePlace } from '#harness';
import type { Difference } from '../format/json.ts';

/**
 * What kind of thing is not as recorded. SYSTEM, TOOLS, PARAMS and MESSAGE are parts of a model's request (MESSAGE of a
 * person's too); TOOL_RESULT is a tool's answer, also where it first shows in a request; EXTRA_CALL, MISSING_CALL and ORDER
 * are exchanges too many, too few and out of place; EVENTS is the session's log; EDITED is a change to the file itself.
 */
export type DivergenceClass =
  | 'SYSTEM'
  | 'TOOLS'
  | 'PARAMS'
  | 'MESSAGE'
  | 'TOOL_INPUT'
  | 'TOOL_RESULT'
  | 'EXTRA_CALL'
  | 'MISSING_CALL'
  | 'ORDER'
  | 'EVENTS'
  | 'EDITED';

/** One exchange of a recording, or one that a run asked for, as a report names it. */
export interface ExchangeReference {
  /** Such as `model call` or `tool getCharges({"invoiceId":"in_1"})`. */
  readonly exchange: string;
  readonly place: ExchangePlace;
}

/** Where a run left its recording, and the first thing that was different. */
export interface Divergence {
  readonly recording: string;
  readonly class: DivergenceClass;
  /** Where the run left the recording; missing when only the session's end shows it. */
  readonly at?: ExchangeReference;
  /** What the exchange, or the session's log, differs in. */
  readonly difference?: Difference;
  /** The earlier exchange that this difference comes from. */
  readonly cause?: ExchangeReference & { readonly difference: Difference };
  /** Parts of the request that are equal. */
  readonly equal: readonly string[];
  /** What else there is to know, in a sentence. */
  readonly note?: string;
  /** What the recording holds after that place. */
  readonly next?: ExchangeReference;
  readonly edited: readonly EditedLine[];
}

/** A line of the file that was changed after it was written. */
export interface EditedLine {
  readonly line: number;
  /** What it holds, such as `prompt:billing`. */
  readonly holds: string;
  /** The exchange it holds, where it is one. */
  readonly at?: ExchangeReference;
}
