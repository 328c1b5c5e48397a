// What a page shows, as data. It is embedded in the page as JSON, and the page's own code is checked against these types.
//
//   V1. Everything in it is foreign: what people, models and tools said. A page sets it as text, never as markup.
//   V2. A message stands in `items` once, however many calls have read it, and in however many recordings.
//   V3. What is not known is absent. Nothing is filled in.

/** What JSON can say. Written out here, so that the page's code knows nothing but this file. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface View {
  /** The recording or run; a second one beside it where two are compared. */
  readonly sides: readonly Side[];
  readonly lanes: readonly Lane[];
  readonly items: readonly Item[];
  /** Steps side by side, in the order in which they are stepped through. */
  readonly rows: readonly Row[];
}

/** One recording or run. */
export interface Side {
  readonly name: string;
  readonly made: Made;
  /** What else is to be known of it: `['AI SDK', '7.0.173']`. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly notices: readonly Notice[];
  readonly steps: readonly Step[];
  /** What the times of its steps are by: the time of day, or a stopwatch that began with it. Absent where there are none. */
  readonly clock?: 'day' | 'stopwatch';
  /** Why nobody can say what its tools changed in a database; absent where their panels say it. */
  readonly databaseUnknown?: string;
}

/** How it came about. */
export interface Made {
  readonly label: string;
  readonly says: string;
  readonly kind: 'live' | 'scripted' | 'captured' | 'imported' | 'run';
}

export interface Notice {
  readonly level: 'note' | 'warning';
  readonly text: string;
}

export interface Lane {
  /** `1/billing` */
  readonly id: string;
  readonly label: string;
  /** 0 for a run, 1 for an agent of it, 2 for a sub-agent. */
  readonly depth: number;
}

/** What stands in a model's context: a message, or instructions, a tool, the settings. */
export interface Item {
  readonly role: string;
  /** Of two items with the same role and title one may be a version of the other. */
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text' | 'reasoning' | 'failure' | 'note'; readonly text: string }
  /** `call` names a tool call, so that its parts lead to one another. */
  | { readonly kind: 'data'; readonly label: string; readonly value: Json; readonly call?: string }
  /** A row of a table that came, went or became another. */
  | {
      readonly kind: 'change';
      readonly label: string;
      readonly before?: Json;
      readonly after?: Json;
    };

export type StepKind = 'model' | 'tool' | 'person' | 'host' | 'event' | 'crash';

export interface Step {
  /** Unique in its side, and the same whenever the page is made: links name it. */
  readonly id: string;
  /** Index in `View.lanes`. */
  readonly lane: number;
  readonly kind: StepKind;
  /** Its line in the recording's file; a run has none. */
  readonly line?: number;
  readonly title: string;
  /** The start of what came of it, on one line. */
  readonly summary: string;
  readonly isFailure?: true;
  /** What a crash took back: it was done, and nothing of it was kept. */
  readonly isSuperseded?: true;
  readonly context?: Context;
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  /** Absent where none were kept. */
  readonly timing?: Timing;
}

/** What a model read, as indexes of items. */
export interface Context {
  /** Instructions, tools and settings. */
  readonly head: readonly number[];
  /** The step whose messages it begins with, index among the steps of its side. */
  readonly previous?: number;
  /** How many of those it begins with. */
  readonly keep: number;
  readonly added: readonly number[];
}

export interface Panel {
  readonly name: 'answer' | 'tool' | 'message' | 'event' | 'database';
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** What was measured, or declared: where two say the same, it makes no difference. */
  readonly counts?: readonly (readonly [label: string, value: string])[];
  readonly blocks: readonly Block[];
}

export interface Link {
  readonly label: string;
  /** Index among the steps of its side. */
  readonly step: number;
}

/** Milliseconds, since the epoch or since the recording began: `Side.clock` says which. */
export interface Timing {
  readonly from: number;
  readonly to: number;
  /** How it came to be known. */
  readonly says: string;
  /** Until the first piece of an answer came that says something. */
  readonly first?: number;
  /** Of a streamed answer: how long after the piece before it each piece came. */
  readonly pieces?: readonly number[];
}

export interface Row {
  /** For each side the index of its step; null where it has none. */
  readonly steps: readonly (number | null)[];
  /** How the sides differ here; absent where they do not, or there is only one. */
  readonly difference?: Difference;
}

/**
 * `result`: what came of the step. `context`: only what was read. `host`: what the clock or the dice said. `one-sided`: the
 * other has no such step.
 */
export type Difference = 'result' | 'context' | 'host' | 'one-sided';
