import { HarnessError } from '#harness';
import { placeName, placeOf, type Recording } from '../format/recording.ts';

/**
 * How many exchanges of the recording come before the one that is meant: by its place, such as `1/billing#2`, or by its number
 * as `groundhog step` counts, from 1.
 * @throws PlaceUnknownError
 */
export function cursorAt({ header, exchanges }: Recording, where: string): number {
  const index = /^\d+$/.test(where)
    ? Number(where) - 1
    : exchanges.findIndex((each) => placeName(placeOf(each)) === where);
  if (exchanges[index] !== undefined) return index;
  throw new PlaceUnknownError(header.name, where, exchanges.length);
}

export class PlaceUnknownError extends HarnessError {
  constructor(name: string, where: string, count: number) {
    super({
      code: 'PLACE_UNKNOWN',
      message: `The recording of ${name} has no step ${where}.`,
      hint: `It has 1 to ${count}, and places such as 1/billing#2: npx groundhog show ${name}`,
    });
  }
}
