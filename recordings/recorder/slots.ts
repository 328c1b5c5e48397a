import type { ExchangePlace } from '#harness';
import { laneOf } from '../format/recording.ts';
import type { Observed } from './exchange-writer.ts';

/** The place of an exchange, and what it came to. */
export interface Slot {
  readonly place: ExchangePlace;
  /** Undefined while the exchange goes on. */
  observed: Observed | undefined;
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
