import type { Side, View } from '../../view.ts';

/** Where a step is drawn: shares of the whole width. */
export interface Span {
  readonly left: number;
  readonly width: number;
}

/** By what the timeline is drawn: how long things took, or in which order they stand. */
export type TimelineScale = 'time' | 'order';

/** Times are drawn to where each side has them. */
export const hasTimes = ({ sides }: View): boolean =>
  sides.length > 0 && sides.every(({ clock }) => clock !== undefined);

/** When a side's first step began. */
export function beginOf({ steps }: Side): number {
  return steps.reduce(
    (first, { timing }) => Math.min(first, timing?.from ?? first),
    Number.POSITIVE_INFINITY,
  );
}

/** How long the longest side took, in milliseconds; each is drawn from its own beginning. */
export function extentOf({ sides }: View): number {
  return sides.reduce((longest, side) => {
    const begin = beginOf(side);
    const took = side.steps.map(({ timing }) => (timing === undefined ? 0 : timing.to - begin));
    return took.reduce((most, each) => Math.max(most, each), longest);
  }, 0);
}

/** The place of each side's steps, by row; undefined where a side has no step. */
export function spansOf(
  view: View,
  scale: TimelineScale,
): readonly (readonly (Span | undefined)[])[] {
  const { rows, sides } = view;
  if (scale === 'order') {
    const width = 1 / rows.length;
    return rows.map(({ steps }, row) =>
      steps.map((step) => (step === null ? undefined : { left: row * width, width })),
    );
  }
  const extent = Math.max(1, extentOf(view));
  const ofSteps = sides.map((side) => timeSpans(side, extent));
  return rows.map(({ steps }) => steps.map((step, side) => ofSteps[side]?.[step ?? -1]));
}

/** A step without a time of its own stands where the one before it ended. */
function timeSpans(side: Side, extent: number): readonly Span[] {
  const begin = beginOf(side);
  let last = 0;
  return side.steps.map(({ timing }) => {
    if (timing === undefined) return { left: last, width: 0 };
    const left = (timing.from - begin) / extent;
    last = (timing.to - begin) / extent;
    return { left, width: last - left };
  });
}

/** So many marks at most stand on an axis. */
const mostTicks = 8;

/** Round times between two of an axis of this length that starts at 0, in milliseconds. */
export function ticksOf(extent: number, from = 0, to = extent): readonly number[] {
  const least = (to - from) / mostTicks;
  const step = roundSteps().find((each) => each >= least) ?? extent;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first;
  return Array.from({ length: Math.max(0, count + 1) }, (_, tick) => (first + tick) * step);
}

/** 1, 2 and 5 of each power of ten up to a minute, and then what divides minutes, hours and days. */
function roundSteps(): readonly number[] {
  const decimal = [1, 10, 100, 1000, 10_000].flatMap((power) => [power, 2 * power, 5 * power]);
  const clock = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440].map((minutes) => minutes * 60_000);
  const days = Array.from({ length: 16 }, (_, power) => 2 ** power * 86_400_000);
  return [...decimal.filter((each) => each <= 20_000), 30_000, ...clock, ...days];
}
