import type { ExchangePlace } from '#harness';
import { type Exchange, laneOf, placeName } from '../format/recording.ts';
import type { Timekeeper } from '../timing/timekeeper.ts';
import type { Observed } from './exchange-writer.ts';

/** The place of an exchange, and what it came to. */
export interface Slot {
  readonly place: ExchangePlace;
  /** Undefined while the exchange goes on. */
  observed: Observed | undefined;
  /** By the stopwatch, where there is one. */
  readonly began: number | undefined;
  ended?: number | undefined;
}

/** A slot for what begins now; what is returned beside it ends it. */
export function openSlot(
  place: ExchangePlace,
  timekeeper: Timekeeper | undefined,
): { readonly slot: Slot; readonly end: (observed: Observed) => void } {
  const slot: Slot = { place, observed: undefined, began: timekeeper?.now() };
  const end = (observed: Observed): void => {
    slot.observed = observed;
    slot.ended = timekeeper?.now();
  };
  return { slot, end };
}

/** Has the timekeeper keep how long it took that an exchange is written of. */
export function keepTime(
  timekeeper: Timekeeper | undefined,
  { place, observed, began, ended }: Slot,
  exchange: Exchange,
): void {
  if (observed?.t !== 'model' || exchange.t !== 'model') {
    timekeeper?.keep(placeName(place), { began, ended });
    return;
  }
  const { parts, arrivals } = observed;
  const streamed = arrivals && { parts, arrivals };
  timekeeper?.keep(placeName(place), { began, ended, streamed }, exchange.answer.parts);
}

/**
 * Sub-agents work side by side, and which of them asks first is chance: what they ask while the run waits for them is put in
 * the order of their lanes.
 */
export function inOrderOfLanes(slots: readonly Slot[]): readonly Slot[] {
  const ordered: Slot[] = [];
  let siblings: Slot[] = [];
  const flush = (): void => {
    ordered.push(...siblings.toSorted((left, right) => siblingOf(left) - siblingOf(right)));
    siblings = [];
  };
  for (const slot of slots) {
    if (siblingOf(slot) === 0) flush();
    (siblingOf(slot) === 0 ? ordered : siblings).push(slot);
  }
  flush();
  return ordered;
}

/** Which sub-agent's slot it is; 0 for the run itself. */
const siblingOf = ({ place }: Slot): number => laneOf(place.lane).sibling;
