import type { RecordedPart } from '../format/stream-part.ts';
import { type Arrivals, paceOf } from './pace-of.ts';
import { type PlaceTiming, type RecordedTiming, timingVersion } from './recorded-timing.ts';
import { type Measuring, type Stopwatch, stopwatchOf } from './stopwatch.ts';

/** What the stopwatch said of one exchange; nothing where nobody looked at it. */
export interface Measured {
  readonly began?: number | undefined;
  readonly ended?: number | undefined;
  /** An answer that was streamed. */
  readonly streamed?: Arrivals | undefined;
}

/** Keeps what was measured of a recording until it is written: a few numbers for each exchange, whatever it said. */
export interface Timekeeper {
  readonly now: Stopwatch;
  /** What was kept at the place before is void. `recorded` are the parts of the answer as the recording has them. */
  readonly keep: (place: string, measured: Measured, recorded?: readonly RecordedPart[]) => void;
  /** All of it, bound to the recording whose end line has this hash. */
  readonly timing: (hash: string) => RecordedTiming;
}

/** Undefined where nothing is to be measured. */
export function createTimekeeper(measuring: Measuring | undefined): Timekeeper | undefined {
  const now = stopwatchOf(measuring);
  return now === undefined ? undefined : keepTime(now);
}

interface Kept {
  /** By the stopwatch. */
  readonly began: number;
  readonly took: number;
  readonly pieces?: readonly number[];
}

function keepTime(now: Stopwatch): Timekeeper {
  const kept = new Map<string, Kept>();
  return {
    now,
    keep: (place, { began, ended, streamed }, recorded = []) => {
      kept.delete(place);
      if (began === undefined || ended === undefined) return;
      const pace = streamed === undefined ? undefined : paceOf(streamed, recorded);
      kept.set(place, {
        began,
        took: Math.round(ended - began),
        ...(pace === undefined ? {} : { pieces: gapsBetween(began, pace) }),
      });
    },
    timing: (of) => {
      const begin = [...kept.values()].reduce(
        (first, { began }) => Math.min(first, began),
        Number.POSITIVE_INFINITY,
      );
      const places = [...kept].map(([place, { began, took, pieces }]): [string, PlaceTiming] => [
        place,
        {
          start: Math.round(began - begin),
          took,
          ...(pieces === undefined ? {} : { pieces: [...pieces] }),
        },
      ]);
      return { t: 'timing', v: timingVersion, of, places: Object.fromEntries(places) };
    },
  };
}

/** Whole milliseconds that add up to where each piece came. */
function gapsBetween(began: number, arrivals: readonly number[]): readonly number[] {
  const offsets = arrivals.map((arrival) => Math.round(arrival - began));
  return offsets.map((offset, index) => offset - (offsets[index - 1] ?? 0));
}
