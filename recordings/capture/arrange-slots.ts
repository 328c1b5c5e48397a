import type { SavedRun } from '#harness';
import { laneOf, placeName } from '../format/recording.ts';
import { inOrderOfLanes, type Slot } from '../recorder/slots.ts';
import { savedSteering } from './saved-output.ts';
import type { StepInHand } from './walk-runs.ts';

/**
 * Runs are walked one behind the other. A message that came while an earlier run was in progress is put where it came: before
 * the first step of that run which began later, or had read it.
 */
export function arrangeSlots(
  slots: readonly Slot[],
  {
    runs,
    stepOf,
  }: { readonly runs: readonly SavedRun[]; readonly stepOf: ReadonlyMap<string, StepInHand> },
): readonly Slot[] {
  let arranged = [...inOrderOfLanes(slots)];
  for (const [index, { steps }] of runs.entries()) {
    const run = index + 1;
    const receivedAt = steps[0]?.startedAt ?? 0;
    const isReception = ({ place }: Slot): boolean => place.lane === String(run);
    const isLater = (slot: Slot): boolean => {
      const step = stepOf.get(placeName(slot.place));
      if (step === undefined || laneOf(slot.place.lane).run >= run) return false;
      const read = savedSteering(step.saved.output)?.read ?? [];
      return (
        step.saved.startedAt >= receivedAt || read.some(({ runOrdinal }) => runOrdinal === run)
      );
    };
    const before = arranged.findIndex(isLater);
    if (before === -1) continue;
    const others = arranged.filter((slot) => !isReception(slot));
    // Receptions stand behind all earlier runs, so nothing before the place moves.
    arranged = [
      ...others.slice(0, before),
      ...arranged.filter(isReception),
      ...others.slice(before),
    ];
  }
  return arranged;
}
