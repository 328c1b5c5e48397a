import type { StepObserver } from '#harness';
import type { Meter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';
import { batchSize } from './prober.ts';

/** What one operation of a run took. */
export interface RunClock {
  readonly observer: StepObserver;
  /** The moments of a run between which nobody else may ask the database anything: it would be counted too. */
  readonly sent: (runId: string) => PromiseWithResolvers<void>;
  readonly settled: (runId: string) => PromiseWithResolvers<void>;
  readonly set: (runId: string, sample: Sample) => void;
  /** Taken once. Throws RangeError for a run that took no step to measure. */
  readonly take: (runId: string) => Sample;
}

/** A period is from one call's beginning to the next's, so all that lies between costs it, and nothing else. */
export function createRunClock(meter: Meter): RunClock {
  const begun = new Map<string, ReturnType<Meter>>();
  const measured = new Map<string, Sample>();
  const sent = createMoments();
  const settled = createMoments();
  return {
    observer: {
      before: (runId, step) => {
        if (step === 'probe#1') begun.set(runId, meter());
        const stop = begun.get(runId);
        if (step !== `probe#${batchSize + 1}` || stop === undefined) return;
        measured.set(runId, stop(batchSize));
      },
      inside: () => undefined,
      after: () => undefined,
    },
    sent: sent.of,
    settled: settled.of,
    set: (runId, sample) => measured.set(runId, sample),
    take: (runId) => {
      const sample = measured.get(runId);
      if (sample === undefined) throw new RangeError(`the run ${runId} took no step to measure`);
      measured.delete(runId);
      begun.delete(runId);
      sent.forget(runId);
      settled.forget(runId);
      return sample;
    },
  };
}

function createMoments(): {
  readonly of: (runId: string) => PromiseWithResolvers<void>;
  readonly forget: (runId: string) => void;
} {
  const moments = new Map<string, PromiseWithResolvers<void>>();
  return {
    of: (runId) => {
      const moment = moments.get(runId) ?? Promise.withResolvers<void>();
      moments.set(runId, moment);
      return moment;
    },
    forget: (runId) => moments.delete(runId),
  };
}
