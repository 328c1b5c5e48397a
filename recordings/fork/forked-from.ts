import { HarnessError } from '#harness';
import type { ForkedFrom } from '../format/header.ts';
import { placeName, placeOf, type Recording } from '../format/recording.ts';
import { hashOf } from '../format/serialize-recording.ts';
import { PlaceUnknownError } from './cursor-at.ts';

/**
 * What a recording says that goes on from another: which one that is, from where, and what agents were told from there on.
 * @throws ForkOfForkError
 */
export function forkedFrom(
  recording: Recording,
  until: number,
  prompts: Readonly<Record<string, string>> = {},
): ForkedFrom {
  const { header, exchanges } = recording;
  const { name, made, model } = header;
  if (header.forkedFrom !== undefined) throw new ForkOfForkError(name, header.forkedFrom.at);
  const exchange = exchanges[until];
  if (exchange === undefined)
    throw new PlaceUnknownError(name, String(until + 1), exchanges.length);
  return {
    name,
    made,
    model,
    hash: hashOf(recording),
    at: placeName(placeOf(exchange)),
    exchanges: until,
    ...(Object.keys(prompts).length === 0 ? {} : { prompts: { ...prompts } }),
  };
}

/** A fork has prompts or models of two kinds: what held before yet another place would be said nowhere. */
export class ForkOfForkError extends HarnessError {
  constructor(name: string, at: string) {
    super({
      code: 'FORK_OF_FORK',
      message: `This recording of ${name} is itself a fork, at ${at}.`,
      hint: 'Go on from the recording that it was forked from.',
    });
  }
}
