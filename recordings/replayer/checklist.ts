import type { ExchangePlace } from '#harness';
import { laneOf, placeName, placeOf } from '../format/recording.ts';
import type { Tape, TapedExchange } from './tape.ts';

/** Which of a recording's exchanges have been asked for. */
export interface Checklist {
  readonly check: (place: ExchangePlace) => void;
  readonly has: (place: ExchangePlace) => boolean;
  readonly count: () => number;
  /** Those that are due and asked for, in the order in which each first was. */
  readonly asked: () => readonly TapedExchange[];
  /** Those that are due and not asked for, in the order of the file. */
  readonly open: () => readonly TapedExchange[];
  /** Those of earlier runs, once a place is reached at which these have settled. */
  readonly openBefore: (place: ExchangePlace) => readonly TapedExchange[];
}

/** `isDue` tells which exchanges must be asked for, by their index in the file. */
export function createChecklist(
  tape: Tape,
  isDue: (exchange: TapedExchange, index: number) => boolean,
): Checklist {
  const asked = new Set<string>();
  const due = tape.exchanges.filter(isDue);
  const open = (): readonly TapedExchange[] =>
    due.filter((each) => !asked.has(placeName(placeOf(each))));
  return {
    check: (place) => void asked.add(placeName(place)),
    has: (place) => asked.has(placeName(place)),
    count: () => asked.size,
    asked: () => {
      const byPlace = new Map(due.map((each) => [placeName(placeOf(each)), each]));
      return [...asked].flatMap((name) => byPlace.get(name) ?? []);
    },
    open,
    openBefore: ({ lane }) => {
      const { run, agent } = laneOf(lane);
      // A run receives its message at once, and goes on when the run before it has settled.
      if (agent === undefined) return [];
      return open().filter((each) => laneOf(each.lane).run < run);
    },
  };
}
