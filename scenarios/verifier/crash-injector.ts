import type { SessionStore, StepObserver } from '#harness';
import { type CrashPoint, isStepOf, type Moment } from './crash-point.ts';

/** A step of a run that is under way. */
interface StepUnderWay {
  readonly runId: string;
  readonly step: string;
}

interface Injection {
  /** Ends the process, or has it stand still. */
  readonly die: (at: StepUnderWay) => void;
}

/** Watches a run's steps and dies at one point of them, once, unless that is behind a piece of text. */
export function crashInjector(point: CrashPoint, { die }: Injection): StepObserver {
  let isBehind = point.delta !== undefined;
  const at =
    (moment: Moment) =>
    (runId: string, step: string): void => {
      if (isBehind || moment !== point.moment || !isStepOf(point, { runId, step })) return;
      // One that stood still in a transaction for too long finds it cut off, and comes here once more.
      isBehind = true;
      die({ runId, step });
    };
  return { before: at('before'), inside: at('inside'), after: at('after') };
}

/** The same store, which dies when the piece of text that the point names is in it, and nobody has been told yet. */
export function crashingStore(
  store: SessionStore,
  point: CrashPoint,
  { die }: Injection,
): SessionStore {
  if (point.delta === undefined) return store;
  return {
    ...store,
    appendDelta: async (delta) => {
      await store.appendDelta(delta);
      if (delta.ordinal === point.delta && isStepOf(point, delta)) die(delta);
    },
  };
}
