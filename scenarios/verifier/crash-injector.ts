import type { StepObserver } from '#harness';
import type { CrashPoint, Moment } from './crash-point.ts';

/** Watches a run's steps and dies at one point of them. `runOf` tells a run's place in its session. */
export function crashInjector(
  point: CrashPoint,
  { runOf, die }: { readonly runOf: (runId: string) => number; readonly die: () => never },
): StepObserver {
  const at =
    (moment: Moment) =>
    (runId: string, step: string): void => {
      if (moment === point.moment && step === point.step && runOf(runId) === point.run) die();
    };
  return { before: at('before'), inside: at('inside'), after: at('after') };
}
