import { type Span, spansOf } from '../reading/timeline-scale.ts';
import type { Filter, Stage, TimelinePart } from '../shown.ts';

export type Spans = ReturnType<typeof spansOf>;

/** The least part of a timeline that is drawn as wide as the whole. */
const leastPart = 1e-5;

export const whole = { from: 0, to: 1 } as const;

/** Draws a part of the timeline as wide as the whole, and leaves the list what stands in it. */
export function showPart(
  { shown, show }: Stage,
  spans: Spans,
  [from, to]: readonly [from: number, to: number],
): void {
  const [start, end] = [Math.max(0, from), Math.min(1, to)];
  if (end - start < leastPart) return;
  const { part: _, ...rest } = shown().filter;
  const isWhole = start === 0 && end === 1;
  show({ filter: isWhole ? rest : { ...rest, part: partBetween(spans, start, end) } });
}

function partBetween(spans: Spans, from: number, to: number): TimelinePart {
  const isIn = ({ left, width }: Span): boolean =>
    width === 0 ? left >= from && left <= to : left < to && left + width > from;
  const rows = [...spans.keys()].filter((row) =>
    spans[row]?.some((span) => span !== undefined && isIn(span)),
  );
  return { from, to, rows: new Set(rows) };
}

/** Draws the timeline around the step on show so many times wider. */
export function zoom(stage: Stage, factor: number): void {
  const { filter, row, scale } = stage.shown();
  const spans = spansOf(stage.view, scale);
  const span = spans[row]?.find((each) => each !== undefined);
  const { from, to } = filter.part ?? whole;
  const middle = span === undefined ? (from + to) / 2 : span.left + span.width / 2;
  const half = (to - from) / factor / 2;
  // At an end of the whole it goes on in the other direction.
  const start = Math.max(0, Math.min(middle - half, 1 - 2 * half));
  showPart(stage, spans, [start, start + 2 * half]);
}

/** Ends what the list is narrowed to by the timeline: a lane, a part. */
export function showWhole({ shown, show }: Stage): void {
  const { part: _, lane: __, ...rest } = shown().filter;
  show({ filter: rest });
}

/** Leaves the list the lane of the step on show, or all again. */
export function switchLane({ shown, show }: Stage, lane: number | undefined): void {
  const { lane: before, ...rest } = shown().filter;
  const filter: Filter = before !== undefined || lane === undefined ? rest : { ...rest, lane };
  show({ filter });
}
