import type { ExchangePlace } from '#harness';
import type { Difference } from '../format/json.ts';
import type { DriftAcceptance } from './policy/drift-policy.ts';

/**
 * What kind of thing is not as recorded.
 *
 * - MODEL, SYSTEM, TOOLS, SCHEMA, PARAMS and MESSAGE are parts of a model's request: who is asked, the instructions, the tools,
 *   the form asked of the answer, the other settings, the conversation. MESSAGE is a part of a person's request too.
 * - TOOL_INPUT and TOOL_RESULT are what a tool is asked and answers, the latter also where it first shows in a request.
 * - EXTRA_CALL, MISSING_CALL and ORDER are exchanges too many, too few and out of place; CLOCK is any of these of the clock or
 *   the dice, and another value where they are read live.
 * - EVENTS is the session's log; EDITED is a change to the file itself.
 * - UNVERIFIABLE is what cannot be derived again here: no divergence, and no agreement either.
 */
export const divergenceClasses = [
  'MODEL',
  'SYSTEM',
  'TOOLS',
  'SCHEMA',
  'PARAMS',
  'MESSAGE',
  'TOOL_INPUT',
  'TOOL_RESULT',
  'EXTRA_CALL',
  'MISSING_CALL',
  'ORDER',
  'CLOCK',
  'EVENTS',
  'EDITED',
  'UNVERIFIABLE',
] as const;

export type DivergenceClass = (typeof divergenceClasses)[number];

/** One exchange of a recording, or one that a run asked for, as a report names it. */
export interface ExchangeReference {
  /** Such as `model call` or `tool getCharges({"invoiceId":"in_1"})`. */
  readonly exchange: string;
  readonly place: ExchangePlace;
}

/** One thing that is not as recorded, and where. */
export interface Drift {
  readonly class: DivergenceClass;
  /** The line of the file that it is about, or the last one before the place where the recording holds nothing. */
  readonly line: number;
  /** Missing when only the session's end shows it. */
  readonly at?: ExchangeReference;
  /** What the exchange, or the session's log, differs in. */
  readonly difference?: Difference;
  /** The earlier exchange that this difference comes from. */
  readonly cause?: ExchangeReference & { readonly difference: Difference };
  /** What else there is to know, in a sentence. */
  readonly note?: string;
}

/** Where a run left its recording, and the first thing that was different. */
export interface Divergence extends Drift {
  readonly recording: string;
  /** The recording is one of calls, which whoever made it makes again. */
  readonly calls?: true;
  /** Parts of the request that are equal. */
  readonly equal: readonly string[];
  /** What the recording holds after that place. */
  readonly next?: ExchangeReference;
  /** Where the recording holds exactly what was asked for: explains, and is never answered. */
  readonly wouldMatch?: ExchangeReference;
  /** Prompts and tools of the request that are others now. */
  readonly definitions: readonly ChangedDefinition[];
  /** The policy that accepted this class until its date had passed. */
  readonly expired?: DriftAcceptance;
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

/** A prompt or a tool that is not the recorded one, by fingerprints. */
export interface ChangedDefinition {
  /** Such as `prompt:billing` or `tool:getCharges`. */
  readonly id: string;
  /** Missing for one that the recording does not have. */
  readonly recorded?: string;
  /** Missing for one that is no longer there. */
  readonly now?: string;
}
