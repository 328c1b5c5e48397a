import { setTimeout as delay } from 'node:timers/promises';
import { HarnessError } from '#harness';
import type { CallRecording } from '../../format/call-recording.ts';
import { placeName, placeOf } from '../../format/recording.ts';
import type { RecordedTiming } from '../../timing/recorded-timing.ts';
import { isTimingOf, timedPlaces } from '../../timing/timed-places.ts';
import type { TapedExchange } from '../tape.ts';

/** Waits so many milliseconds, or until nobody waits for it any more. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<unknown>;

/** Lets a replay take as long as what was recorded took, from when each call is made. */
export interface Pace {
  /** What stands beside the recording. */
  readonly timing: RecordedTiming;
  /** A timer by default. */
  readonly wait?: Wait;
}

/** How long one recorded call takes. */
export interface CallPace {
  readonly wait: Wait;
  readonly took: number;
  /** For each piece of a stream how long after the piece before it comes; missing where the answer came in one piece. */
  readonly pieces?: readonly number[];
}

/**
 * Undefined for a call that was not measured.
 * @throws TimingStaleError, TimingInvalidError
 */
export function recordedPace(
  recording: CallRecording,
  pace: Pace | undefined,
): (exchange: TapedExchange) => CallPace | undefined {
  if (pace === undefined) return () => undefined;
  const { timing, wait = defaultWait } = pace;
  if (!isTimingOf(timing, recording)) throw new TimingStaleError(recording.header.name);
  const places = timedPlaces(timing, recording);
  return (exchange) => {
    const timed = places.get(placeName(placeOf(exchange)));
    if (timed === undefined) return undefined;
    const { took, pieces } = timed;
    return { wait, took, ...(pieces === undefined ? {} : { pieces }) };
  };
}

const defaultWait: Wait = (ms, signal) => delay(ms, undefined, signal && { signal });

/** The recording has been made anew, or edited, since it was measured. */
class TimingStaleError extends HarnessError {
  constructor(name: string) {
    super({
      code: 'TIMING_STALE',
      message: `What was measured belongs to another recording of ${name}: its hash is not that of the end line.`,
      hint: 'Record it again with `timing: true`, or replay it without a pace.',
    });
  }
}
