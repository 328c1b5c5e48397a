import type { Meter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';

/** The first steps of a run cost what came before them: another statement's plan, another connection, cold caches. */
const settlingSteps = 20;
/** So many steps that what is left of a run's beginning falls on each of them with a hundredth. */
const timedSteps = 100;

/** What one step costs a run that is well under way. */
export async function sampleSteps(
  meter: Meter,
  step: (index: number) => Promise<unknown>,
): Promise<Sample> {
  for (let index = 1; index <= settlingSteps; index += 1) await step(index);
  const stop = meter();
  for (let index = 1; index <= timedSteps; index += 1) await step(settlingSteps + index);
  return stop(timedSteps);
}
