import type { Row, Side, Step, StepKind, View } from '../view.ts';
import { createSearch, type Hit } from './reading/search.ts';
import { hasTimes, type TimelineScale } from './reading/timeline-scale.ts';

/** What is on show. One object, changed by `show` alone, and drawn anew from it. */
export interface Shown {
  /** Index in `View.rows`. */
  readonly row: number;
  /** Tabs that were chosen, the latest first: the first of them that a step has is open. */
  readonly tabs: readonly string[];
  readonly query: string;
  readonly hits: readonly Hit[];
  readonly filter: Filter;
  /** Indexes of the rows in the list. */
  readonly rows: readonly number[];
  /** By what the timeline is drawn. */
  readonly scale: TimelineScale;
}

/** Which rows the list leaves. */
export interface Filter {
  readonly hidden: ReadonlySet<StepKind>;
  /** Only the steps of this lane, index in `View.lanes`. */
  readonly lane?: number;
  readonly only?: 'failures' | 'differences';
  readonly part?: TimelinePart;
}

/** A part of the timeline that is drawn as wide as the whole: shares of it, and the rows that stand in it. */
export interface TimelinePart {
  readonly from: number;
  readonly to: number;
  readonly rows: ReadonlySet<number>;
}

export const noFilter: Filter = { hidden: new Set() };

/** A step, and the side it is of. */
export interface SidedStep {
  readonly side: Side;
  readonly step: Step;
}

export interface Stage {
  readonly view: View;
  readonly shown: () => Shown;
  /** Changes what is shown and draws it. */
  readonly show: (change: Partial<Omit<Shown, 'rows' | 'hits'>>) => void;
}

export function createStage(view: View, draw: (shown: Shown, before?: Shown) => void): Stage {
  const search = createSearch(view);
  let shown: Shown = {
    row: 0,
    tabs: [],
    query: '',
    hits: [],
    filter: noFilter,
    rows: [...view.rows.keys()],
    scale: hasTimes(view) ? 'time' : 'order',
  };
  return {
    view,
    shown: () => shown,
    show: (change) => {
      const before = shown;
      const next = { ...shown, ...change };
      const hits = next.query === before.query ? before.hits : search(next.query);
      const isSame = next.filter === before.filter && next.query === before.query;
      shown = { ...next, hits, rows: isSame ? before.rows : rowsOf(view, { ...next, hits }) };
      draw(shown, before);
    },
  };
}

function rowsOf(view: View, { query, hits, filter }: Shown): readonly number[] {
  const found = query.trim() === '' ? [...view.rows.keys()] : hits.map(({ row }) => row);
  return filter === noFilter ? found : found.filter((row) => passes(view, row, filter));
}

function passes(view: View, row: number, { hidden, lane, only, part }: Filter): boolean {
  if (part?.rows.has(row) === false) return false;
  if (only === 'failures' && !isFailed(view, row)) return false;
  if (only === 'differences' && !isTelling(view.rows[row])) return false;
  return stepsOf(view, view.rows[row]).some(
    (each) =>
      each !== undefined &&
      !hidden.has(each.step.kind) &&
      (lane === undefined || each.step.lane === lane),
  );
}

/** The row's steps, one for each side. */
export function stepsOf(view: View, row: Row | undefined): readonly (SidedStep | undefined)[] {
  return view.sides.map((side, number) => {
    const step = side.steps[row?.steps[number] ?? -1];
    return step === undefined ? undefined : { side, step };
  });
}

export function isFailed(view: View, row: number): boolean {
  return stepsOf(view, view.rows[row]).some((each) => each?.step.isFailure === true);
}

/** Whether the sides part here, and not only in what follows from an earlier difference or in chance. */
export function isTelling(row: Row | undefined): boolean {
  return row?.difference === 'result' || row?.difference === 'one-sided';
}

/** The row's first step: it gives the row its name, lane and kind. */
export function leadOf(view: View, row: number): Step | undefined {
  return stepsOf(view, view.rows[row]).find((each) => each !== undefined)?.step;
}

/** Names a row in an address. */
export function nameOf(view: View, row: number): string {
  const [first] = stepsOf(view, view.rows[row]);
  const lead = leadOf(view, row)?.id ?? '';
  // Only the other side has it: the same place may be another row's.
  return first === undefined ? `+${lead}` : lead;
}

export function rowNamed(view: View, name: string): number {
  return view.rows.findIndex((_, row) => nameOf(view, row) === name);
}

/** The row in which a side's step stands. */
export function rowOfStep(view: View, sideNumber: number, step: number): number {
  return view.rows.findIndex(({ steps }) => steps[sideNumber] === step);
}
