import { HarnessError } from '#harness';
import {
  type Divergence,
  type Exchange,
  firstPlaces,
  formatDivergence,
  placeName,
  placeOf,
  type Recording,
} from '#recordings';

/** What is recorded does not come about again, so nothing can go on from there. */
export class ContinuationDivergedError extends HarnessError {
  constructor(recording: Recording, until: number, divergence: Divergence) {
    const { name } = recording.header;
    const place = divergence.at === undefined ? '' : placeName(divergence.at.place);
    // Before the cursor everything is recorded; behind it, recorded tools.
    const isBehind =
      until < recording.exchanges.length &&
      !firstPlaces(recording, until).has(place) &&
      divergence.class !== 'EXTRA_CALL';
    super({
      code: 'CONTINUATION_DIVERGED',
      message: `${name} is left where it is recorded, so it cannot go on from another place.\n${formatDivergence(divergence)}`,
      hint: isBehind
        ? 'Recorded tools answer only what was recorded: --tools live.'
        : `What comes before the place must be as recorded; if the change is meant: npx groundhog record ${name}, or the file that exports it`,
    });
  }
}

/** What comes before a place must not change when something behind it is made anew. */
export class PrefixChangedError extends HarnessError {
  constructor(name: string, exchange: Exchange) {
    super({
      code: 'PREFIX_CHANGED',
      message: `${name}, played again, is written otherwise at ${placeName(placeOf(exchange))}, before the place from which it was to go on.`,
      hint: `Its recording may be of an older version: npx groundhog record ${name}, or the file that exports it`,
    });
  }
}
