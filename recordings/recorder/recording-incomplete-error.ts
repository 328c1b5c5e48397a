import { type ExchangePlace, HarnessError } from '#harness';
import { placeName } from '../format/recording.ts';

/** A session was to be saved while one of its exchanges had begun and not ended. */
export class RecordingIncompleteError extends HarnessError {
  constructor(name: string, place: ExchangePlace) {
    super({
      code: 'RECORDING_INCOMPLETE',
      message: `The recording of ${name} is not whole: the exchange at ${placeName(place)} never ended.`,
      hint: 'Wait for every run of the session to settle, and record again if a call was given up.',
    });
  }
}
